// Sends one file in parts that go on where they were cut, until the platform has taken it in.
// It speaks tus 1.0.0 (https://tus.io/protocols/resumable-upload), as the platform does.

import { forget, remember } from './memory.js'
import { aborted, final } from './platform.js'

// Large enough that a part is not felt, small enough to be lost: a second at 64 Mbit/s.
const PART_BYTES = 8 * 1024 * 1024
// Without a byte of progress in between; a minute and a half together.
const MOST_CUTS = 7
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30000
// A file of 10 GB is hashed in a minute where the disk reads 200 MB a second.
const TAKEN_IN_WITHIN_MS = 600000

export class Transfer {
  // `upload` is one that is to be continued, or null. `told(stage, note)` hears how it goes: the
  // stage is `moving` or `arrived`, the note what there is to say beside it.
  constructor(platform, file, { name, upload, told }) {
    this.platform = platform
    this.file = file
    this.name = name
    this.upload = upload
    this.told = told
    this.offset = 0
    this.isAllGone = false
    this.stopped = new AbortController()
  }

  get signal() {
    return this.stopped.signal
  }

  get hasArrived() {
    return this.offset === this.file.size
  }

  // Returns the reference of the dataset that the file becomes.
  async run() {
    if (!this.upload) {
      const query = new URLSearchParams({ name: this.name, filename: this.file.name })
      const headers = { 'Upload-Length': String(this.file.size) }
      this.upload = await this.platform.ask('POST', `/uploads?${query}`, { headers, signal: this.signal })
      remember(this.file, this.upload.id)
    }
    this.offset = await this.reached()
    let cuts = 0
    while (!this.hasArrived) {
      const before = this.offset
      try {
        await this.sendPart()
      } catch (error) {
        if (error.name === 'AbortError' || error.isFinal || ++cuts > MOST_CUTS) throw error
        if (!error.isFull) await this.wait(cuts)
        this.offset = await this.reached().catch((cut) => {
          if (cut.name === 'AbortError' || cut.isFinal) throw cut
          return before
        })
        if (error.isFull) throw full(error.message)
      }
      if (this.offset !== before) cuts = 0
    }
    return this.takenIn()
  }

  cancel() {
    this.stopped.abort()
    if (this.upload) this.platform.ask('DELETE', `/uploads/${this.upload.id}`).catch(() => {})
  }

  async sendPart() {
    const end = Math.min(this.offset + PART_BYTES, this.file.size)
    const isLast = end === this.file.size
    this.isAllGone = false
    this.told('moving')
    await this.platform.append(this.upload.id, this.file.slice(this.offset, end), {
      offset: this.offset,
      signal: this.signal,
      onProgress: (sent) => this.told('moving', { sent }),
      // The answer to the last part comes once the platform has taken the whole file in.
      onGone: () => {
        this.isAllGone = isLast
        if (isLast) this.told('arrived')
      }
    })
    this.offset = end
  }

  // Waits until the platform has made a dataset of what is there.
  async takenIn() {
    this.told('arrived')
    this.isAllGone = true
    const ends = Date.now() + TAKEN_IN_WITHIN_MS
    let cuts = 0
    while (Date.now() < ends) {
      try {
        const known = await this.known()
        cuts = 0
        if (known.version) {
          forget(this.file)
          return `${known.name}@${known.version}`
        }
        this.told('arrived')
        await this.pause(FIRST_WAIT_MS)
        await this.finish()
      } catch (error) {
        if (error.name === 'AbortError' || error.isFinal || error.isFull || ++cuts > MOST_CUTS) throw error
        await this.wait(cuts)
      }
    }
    throw new Error('The platform takes longer than usual.')
  }

  // Asking for the offset finishes what nobody did; whether that went well, looking tells.
  async finish() {
    await this.platform.ask('HEAD', `/uploads/${this.upload.id}`, { signal: this.signal }).catch((error) => {
      if (error.name === 'AbortError') throw error
      if (error.isFull) throw full('The disk of the platform is full.')
    })
  }

  async reached() {
    const known = await this.known()
    if (known.offset === null) throw this.givenUp()
    return known.offset
  }

  async known() {
    const known = await this.platform.look(this.upload.id, { signal: this.signal })
    if (!known) throw this.givenUp()
    if (known.refusal) throw this.givenUp(`${known.refusal.detail}\n${known.refusal.fix}`)
    return known
  }

  givenUp(why = 'The platform has given this upload up. Upload the file again.') {
    forget(this.file)
    return final(why)
  }

  // Says that the connection was cut, and waits the longer the more often it was.
  async wait(cuts) {
    this.platform.forgetToken()
    const note = this.isAllGone
      ? 'The connection was cut when all of it had been sent. The platform is asked again …'
      : 'The connection was cut. It goes on by itself …'
    this.told(this.isAllGone ? 'arrived' : 'moving', { note })
    await this.pause(Math.min(FIRST_WAIT_MS * 2 ** (cuts - 1), LONGEST_WAIT_MS))
  }

  pause(milliseconds) {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer)
        reject(aborted())
      }
      const timer = setTimeout(() => {
        this.signal.removeEventListener('abort', stop)
        resolve()
      }, milliseconds)
      this.signal.addEventListener('abort', stop)
    })
  }
}

// What has arrived is kept meanwhile.
function full(why) {
  return Object.assign(new Error(`${why}\nIt can go on when there is room again.`), { isFull: true })
}
