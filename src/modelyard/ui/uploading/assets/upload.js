// The box that a file is dropped into: it goes from the browser straight to the platform.

import { drawAbout, drawBox, drawPace } from './drawing.js'
import { forget, recall } from './memory.js'
import { Platform } from './platform.js'
import { Transfer } from './transfer.js'
import { slug, suggested } from './words.js'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
// The platform refuses them as well, but only when all of it has arrived.
const WORKBOOK = /\.(xlsx|xlsm|xlsb|xls|ods|numbers)$/i

// A box outlives its element: an upload goes on while other pages of the same tab are looked at.
const boxes = new Map()

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const box = boxes.get(data.key) ?? new Box(data)
  boxes.set(data.key, box)
  const root = parentElement.querySelector('.box')
  box.show(root, data, (reference) => setTriggerValue('uploaded', reference))
  return () => box.leave(root)
}

class Box {
  constructor(data) {
    this.platform = new Platform(data.api, data.token_path)
    this.root = null
    this.clear()
  }

  clear() {
    // idle, chosen, moving, arrived, cut (parts are missing), late (none is, but no dataset came), done
    this.stage = 'idle'
    this.file = null
    this.name = ''
    // What is known of an earlier upload of the file, then the one that is on its way.
    this.begun = null
    this.transfer = null
    this.note = ''
    this.trouble = ''
    this.seen = []
  }

  get offset() {
    return this.transfer?.offset ?? this.begun?.offset ?? 0
  }

  show(root, data, tell) {
    this.data = data
    this.tell = tell
    if (this.root !== root) {
      this.root = root
      this.bind()
    }
    drawBox(this)
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
    this.part('name').oninput = () => drawAbout(this)
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
    this.clear()
    this.file = file
    this.name = suggested(file.name)
    this.stage = 'chosen'
    drawBox(this, { focus: true })
    const kept = recall(file)
    const known = kept && (await this.platform.look(kept.id).catch(() => null))
    // Meanwhile another file may have been chosen.
    if (!known || this.file !== file || this.stage !== 'chosen') return
    if (known.state !== 'receiving' || known.size_bytes !== file.size) return forget(file)
    this.begun = known
    // Nor is a name undone that was typed meanwhile.
    if (this.root && this.part('name').value !== this.name) return drawAbout(this)
    this.name = known.name
    drawBox(this, { focus: true })
  }

  begin() {
    const name = this.part('name').value.trim()
    if (!NAME.test(name)) {
      return this.fail(`A name has letters, digits, “-”, “_” and “.”, and begins with a letter or a digit. For example: ${slug(name)}`)
    }
    this.name = name
    this.send()
  }

  async send() {
    const { file, name } = this
    const upload = this.transfer?.upload ?? this.begun
    const told = (stage, note) => this.transfer === transfer && this.hear(stage, note)
    const transfer = new Transfer(this.platform, file, { name, upload: upload?.name === name ? upload : null, told })
    Object.assign(this, { transfer, trouble: '', seen: [] })
    this.hear('moving')
    try {
      this.reference = await transfer.run()
    } catch (error) {
      if (error.name === 'AbortError' || this.transfer !== transfer) return
      // Where a full disk let nothing begin, there is nothing to go on with.
      const isOver = error.isFinal || (error.isFull && !transfer.upload)
      if (isOver) Object.assign(this, { begun: null, transfer: null })
      return this.fail(error.message, isOver ? 'chosen' : transfer.hasArrived ? 'late' : 'cut')
    }
    this.hear('done')
    // Whoever looks at another page is not carried away from it.
    if (this.root) this.open()
  }

  hear(stage, { note = '', sent } = {}) {
    const isSame = stage === this.stage && note === this.note
    Object.assign(this, { stage, note })
    if (!isSame) drawBox(this)
    if (stage === 'moving' && !note) drawPace(this, sent ?? this.offset)
  }

  open() {
    const reference = this.reference
    this.reset()
    this.tell(reference)
  }

  cancel() {
    const { file, transfer } = this
    if (file) forget(file)
    this.reset()
    transfer?.cancel()
  }

  reset() {
    this.clear()
    drawBox(this)
  }

  fail(message, stage = this.stage) {
    Object.assign(this, { stage, note: '', trouble: message })
    drawBox(this)
  }
}
