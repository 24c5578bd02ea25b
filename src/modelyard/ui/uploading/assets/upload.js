// Sends a file from the browser straight to the platform, in parts that go on where they were cut.
// It speaks tus 1.0.0 (https://tus.io/protocols/resumable-upload), as the platform does.

// Large enough that a part is not felt, small enough to be lost: a second at 64 Mbit/s.
const PART_BYTES = 8 * 1024 * 1024
// Without a byte of progress in between; a minute and a half together.
const MOST_CUTS = 7
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30000
// Over which the speed is told: long enough to be calm, short enough to be true.
const PACE_MS = 8000
const TOKEN_LASTS_MS = 60000
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const SUFFIXES = /\.(csv|tsv|txt|ndjson|jsonl|json|parquet|pq|arrow|feather|ipc|zip)(\.gz)?$/i
// The platform refuses them as well, but only when all of it has arrived.
const WORKBOOK = /\.(xlsx|xlsm|xlsb|xls|ods|numbers)$/i

// A box outlives its element: an upload goes on while other pages of the same tab are looked at.
const boxes = new Map()

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const box = boxes.get(data.key) ?? new Box()
  boxes.set(data.key, box)
  const root = parentElement.querySelector('.box')
  box.show(root, data, (reference) => setTriggerValue('uploaded', reference))
  return () => box.leave(root)
}

class Box {
  constructor() {
    this.stage = 'idle' // idle, chosen, moving, reading, cut, done
    this.file = null
    this.trouble = ''
    this.root = null
  }

  show(root, data, tell) {
    this.data = data
    this.tell = tell
    if (this.root !== root) {
      this.root = root
      this.bind()
    }
    this.draw()
  }

  leave(root) {
    if (this.root === root) this.root = null
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`)
  }

  bind() {
    const drop = this.part('drop')
    const file = this.part('file')
    this.part('choose').onclick = () => file.click()
    file.onchange = () => {
      if (file.files.length) this.choose(file.files[0])
      file.value = ''
    }
    drop.ondragover = (event) => {
      event.preventDefault()
      drop.classList.add('over')
    }
    drop.ondragleave = () => drop.classList.remove('over')
    drop.ondrop = (event) => {
      event.preventDefault()
      drop.classList.remove('over')
      const files = event.dataTransfer.files
      if (files.length > 1) return this.fail('One file at a time, please: each becomes a dataset of its own.')
      if (files.length) this.choose(files[0])
    }
    this.part('chosen').onsubmit = (event) => {
      event.preventDefault()
      this.begin()
    }
    this.part('name').oninput = () => this.drawAbout()
    this.part('other').onclick = () => this.reset()
    this.part('cancel').onclick = () => this.cancel()
    this.part('on').onclick = () => this.send()
    this.part('open').onclick = () => this.open()
  }

  async choose(file) {
    this.trouble = ''
    if (file.size === 0) return this.fail(`The file “${file.name}” is empty. Choose one with a header and rows.`)
    if (WORKBOOK.test(file.name)) {
      return this.fail('Workbooks are not read. Save the sheet as CSV (in Excel: File, Save as, CSV UTF-8), and choose that file.')
    }
    this.file = file
    this.upload = null
    this.offset = 0
    this.name = suggested(file.name)
    this.stage = 'chosen'
    this.draw({ focus: true })
    const kept = recall(file)
    const known = kept && (await this.look(kept.id))
    // Meanwhile another file may have been chosen.
    if (!known || this.file !== file || this.stage !== 'chosen') return
    if (known.state !== 'receiving' || known.size_bytes !== file.size) return forget(file)
    this.upload = known
    this.offset = known.offset ?? 0
    this.name = known.name
    this.draw({ focus: true })
  }

  begin() {
    const name = this.part('name').value.trim()
    if (!NAME.test(name)) {
      return this.fail(`A name has letters, digits, “-”, “_” and “.”, and begins with a letter or a digit. For example: ${slug(name)}`)
    }
    if (this.upload && this.upload.name !== name) this.upload = null
    this.name = name
    this.send()
  }

  async send() {
    const file = this.file
    this.trouble = ''
    this.stage = 'moving'
    this.seen = []
    this.stopped = new AbortController()
    this.draw()
    try {
      if (!this.upload) {
        const query = new URLSearchParams({ name: this.name, filename: file.name })
        this.upload = await this.ask('POST', `/uploads?${query}`, { 'Upload-Length': String(file.size) })
        remember(file, this.upload.id)
      }
      await this.parts(file)
      await this.finish(file)
    } catch (error) {
      if (error.name === 'AbortError' || this.file !== file) return
      this.fail(error.message, error.isFinal ? 'chosen' : 'cut')
      if (error.isFinal) this.upload = null
    }
  }

  async parts(file) {
    this.offset = await this.reached()
    let cuts = 0
    while (this.offset < file.size) {
      const end = Math.min(this.offset + PART_BYTES, file.size)
      try {
        await this.patch(file.slice(this.offset, end))
        this.offset = end
        cuts = 0
      } catch (error) {
        if (error.name === 'AbortError' || error.isFinal || ++cuts > MOST_CUTS) throw error
        this.token = null
        await this.pause(Math.min(FIRST_WAIT_MS * 2 ** (cuts - 1), LONGEST_WAIT_MS))
        const reached = await this.reached().catch((cut) => {
          if (cut.isFinal) throw cut
          return this.offset
        })
        if (reached !== this.offset) cuts = 0
        this.offset = reached
      }
    }
  }

  async finish(file) {
    this.stage = 'reading'
    this.draw()
    for (let tries = 0; tries <= MOST_CUTS; tries++) {
      const known = await this.look(this.upload.id)
      if (known?.refusal) {
        forget(file)
        throw final(`${known.refusal.detail}\n${known.refusal.fix}`)
      }
      if (known?.version) {
        forget(file)
        this.reference = `${known.name}@${known.version}`
        this.stage = 'done'
        // Whoever looks at another page is not carried away from it.
        return this.root ? this.open() : undefined
      }
      await this.pause(FIRST_WAIT_MS)
      // Asking for the offset finishes what nobody did.
      await this.ask('HEAD', `/uploads/${this.upload.id}`).catch(() => {})
    }
    throw new Error('The file is there, but the platform has not taken it in yet. Go on in a moment.')
  }

  open() {
    const reference = this.reference
    this.reset()
    this.tell(reference)
  }

  async cancel() {
    this.stopped?.abort()
    const { upload, file } = this
    if (file) forget(file)
    this.reset()
    if (upload) await this.ask('DELETE', `/uploads/${upload.id}`).catch(() => {})
  }

  reset() {
    Object.assign(this, { stage: 'idle', file: null, upload: null, trouble: '', stopped: null })
    this.draw()
  }

  fail(message, stage = this.stage) {
    this.stage = stage
    this.trouble = message
    this.draw()
  }

  // ---------------------------------------------------------------- asking

  async look(id) {
    return this.ask('GET', `/uploads/${encodeURIComponent(id)}`).catch((error) => {
      if (error.isFinal) return null
      throw error
    })
  }

  async reached() {
    const known = await this.look(this.upload.id)
    if (known && known.offset !== null) return known.offset
    forget(this.file)
    throw final('The platform has given this upload up. Upload the file again.')
  }

  async ask(method, path, headers = {}) {
    const signal = method === 'DELETE' ? undefined : this.stopped?.signal
    const credentials = await this.credentials()
    let answer
    try {
      answer = await fetch(this.data.api + path, { method, headers: { ...headers, ...credentials }, signal, credentials: 'omit' })
    } catch (error) {
      if (error.name === 'AbortError') throw error
      throw new Error('The platform cannot be reached at the moment.')
    }
    if (!answer.ok) throw refusal(answer.status, await answer.text())
    return method === 'GET' || method === 'POST' ? answer.json() : null
  }

  // XMLHttpRequest, because fetch does not tell how much of a body has gone.
  async patch(part) {
    const credentials = await this.credentials()
    const before = this.offset
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      const stop = () => request.abort()
      request.open('PATCH', `${this.data.api}/uploads/${this.upload.id}`)
      const headers = { 'Upload-Offset': String(before), 'Content-Type': 'application/offset+octet-stream', ...credentials }
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
      request.upload.onprogress = (event) => this.drawPace(before + event.loaded)
      request.onload = () => (request.status === 204 ? resolve() : reject(refusal(request.status, request.responseText)))
      request.onerror = () => reject(new Error('The connection was cut.'))
      request.onabort = () => reject(new DOMException('Cancelled', 'AbortError'))
      request.onloadend = () => this.stopped?.signal.removeEventListener('abort', stop)
      this.stopped.signal.addEventListener('abort', stop)
      request.send(part)
    })
  }

  async credentials() {
    if (!this.data.token_path) return {}
    if (!this.token || Date.now() - this.token.at > TOKEN_LASTS_MS) {
      let answer
      try {
        answer = await fetch(this.data.token_path, { method: 'POST', headers: { 'X-Modelyard': 'token' }, credentials: 'same-origin' })
      } catch {
        throw new Error('The page cannot be reached at the moment.')
      }
      if (!answer.ok) throw final('You are not logged in any more. Load the page again, and choose the same file: it goes on.')
      this.token = { value: (await answer.json()).token, at: Date.now() }
    }
    return this.token.value ? { Authorization: `Bearer ${this.token.value}` } : {}
  }

  pause(milliseconds) {
    const signal = this.stopped.signal
    if (this.root) this.part('pace').textContent = 'The connection was cut. It goes on by itself …'
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds)
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
        reject(new DOMException('Cancelled', 'AbortError'))
      })
    })
  }

  // ---------------------------------------------------------------- drawing

  draw({ focus = false } = {}) {
    if (!this.root) return
    // Nothing is offered before it can be done.
    this.root.hidden = false
    const isMoving = ['moving', 'reading', 'cut', 'done'].includes(this.stage)
    this.part('drop').hidden = this.stage !== 'idle'
    this.part('chosen').hidden = this.stage !== 'chosen'
    this.part('moving').hidden = !isMoving
    this.part('takes').textContent = this.data.takes
    if (this.stage === 'chosen') {
      this.part('filename').textContent = this.file.name
      this.part('size').textContent = bytes(this.file.size)
      if (focus || !this.part('name').value) this.part('name').value = this.name
      this.drawAbout()
      if (focus) this.part('name').select()
    }
    if (isMoving) this.drawMoving()
    const trouble = this.part('trouble')
    trouble.hidden = !this.trouble
    trouble.textContent = this.trouble
  }

  drawAbout() {
    const name = this.part('name').value.trim()
    const share = this.upload?.name === name && this.offset ? Math.floor((100 * this.offset) / this.file.size) : 0
    const isNext = this.data.names.includes(name)
    this.part('about').textContent = share
      ? `${share} % of this file is there already; it goes on from there.`
      : isNext ? 'There is a dataset of this name: the file becomes its next version.' : ''
  }

  drawMoving() {
    const told = { moving: '', reading: 'is there, and is being read …', cut: 'was cut off', done: 'is uploaded' }
    this.part('moving-name').textContent = this.name
    this.part('moving-stage').textContent = told[this.stage]
    this.part('on').hidden = this.stage !== 'cut'
    this.part('open').hidden = this.stage !== 'done'
    this.part('cancel').hidden = this.stage === 'reading' || this.stage === 'done'
    this.part('status').textContent = `${this.name} ${told[this.stage] || 'is being uploaded'}`
    this.part('bar').value = this.stage === 'reading' || this.stage === 'done' ? 100 : this.part('bar').value
    if (this.stage === 'moving') this.drawPace(this.offset)
    else this.part('pace').textContent = this.stage === 'cut' ? 'What has arrived is kept for a day. Go on now, or choose the same file again later.' : ''
  }

  drawPace(sent) {
    if (!this.root || this.stage !== 'moving') return
    const now = performance.now()
    this.seen.push([now, sent])
    while (this.seen.length > 2 && now - this.seen[0][0] > PACE_MS) this.seen.shift()
    const [then, before] = this.seen[0]
    const speed = now > then ? (1000 * (sent - before)) / (now - then) : 0
    const left = speed > 0 && now - then > 500 ? `, ${bytes(speed)} a second, ${lasting((this.file.size - sent) / speed)} left` : ''
    this.part('bar').value = (100 * sent) / this.file.size
    this.part('pace').textContent = `${bytes(sent)} of ${bytes(this.file.size)}${left}`
  }
}

// ---------------------------------------------------------------- what is remembered of a file

// What tells one file from another without reading it, as tus-js-client does.
function mark(file) {
  return `modelyard-upload:${file.name}:${file.size}:${file.lastModified}`
}

function recall(file) {
  try {
    return JSON.parse(localStorage.getItem(mark(file)))
  } catch {
    return null
  }
}

function remember(file, id) {
  try {
    localStorage.setItem(mark(file), JSON.stringify({ id }))
  } catch {
    // A browser that keeps nothing cannot go on after a reload.
  }
}

function forget(file) {
  try {
    localStorage.removeItem(mark(file))
  } catch {
    // Nothing was kept.
  }
}

// ---------------------------------------------------------------- words

function final(message) {
  return Object.assign(new Error(message), { isFinal: true })
}

function refusal(status, text) {
  let told = ''
  try {
    const problem = JSON.parse(text)
    told = [problem.detail, problem.fix].filter(Boolean).join('\n')
  } catch {
    told = `The platform answered ${status}.`
  }
  // What another moment, or another credential, may change is asked again.
  const mayPass = status === 401 || status === 408 || status === 409 || status === 429 || status >= 500
  return Object.assign(new Error(told), { isFinal: !mayPass || status === 507, status })
}

function suggested(filename) {
  return slug(filename.replace(SUFFIXES, ''))
}

// As the platform makes names of files.
function slug(text) {
  const bare = text.normalize('NFKD').replace(/\p{M}/gu, '')
  const joined = bare.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-_.]+|[-_.]+$/g, '')
  return joined.slice(0, 100).replace(/[-_.]+$/, '') || 'table'
}

function bytes(count) {
  if (count < 1000) return `${Math.round(count)} bytes`
  const power = Math.min(Math.floor(Math.log10(count) / 3), 3)
  const size = count / 1000 ** power
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${['', 'kB', 'MB', 'GB'][power]}`
}

function lasting(seconds) {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}
