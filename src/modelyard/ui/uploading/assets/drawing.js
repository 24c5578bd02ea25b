// What the box shows at each stage of an upload.

import { bytes, lasting } from './words.js'

// Over which the speed is told: long enough to be calm, short enough to be true.
const PACE_MS = 8000

const STAGES = {
  moving: '',
  arrived: 'has arrived, and is being taken in …',
  cut: 'was cut off',
  late: 'has arrived, and is not taken in yet',
  done: 'is uploaded'
}
const NOTES = {
  arrived: 'All of it is there. The platform checks it and makes a dataset of it.',
  cut: 'What has arrived is kept for a day. Go on now, or choose the same file again later.',
  late: 'Nothing has to be sent again. Go on to ask once more.'
}

export function drawBox(box, { focus = false } = {}) {
  if (!box.root) return
  // Nothing is offered before it can be done.
  box.root.hidden = false
  const isMoving = box.stage in STAGES
  box.part('drop').hidden = box.stage !== 'idle'
  box.part('chosen').hidden = box.stage !== 'chosen'
  box.part('moving').hidden = !isMoving
  box.part('takes').textContent = box.data.takes
  if (box.stage === 'chosen') {
    box.part('filename').textContent = box.file.name
    box.part('size').textContent = bytes(box.file.size)
    if (focus || !box.part('name').value) box.part('name').value = box.name
    drawAbout(box)
    if (focus) box.part('name').select()
  }
  if (isMoving) drawMoving(box)
  const trouble = box.part('trouble')
  trouble.hidden = !box.trouble
  trouble.textContent = box.trouble
}

// Says what the name that is being written leads to.
export function drawAbout(box) {
  const name = box.part('name').value.trim()
  const share = box.begun?.name === name ? Math.floor((100 * box.offset) / box.file.size) : 0
  const isNext = box.data.names.includes(name)
  box.part('about').textContent = share
    ? `${share} % of this file is there already; it goes on from there.`
    : isNext ? 'There is a dataset of this name: the file becomes its next version.' : ''
}

function drawMoving(box) {
  const { stage } = box
  const isThere = stage === 'arrived' || stage === 'late' || stage === 'done'
  box.part('moving-name').textContent = box.name
  box.part('moving-stage').textContent = STAGES[stage]
  box.part('on').hidden = stage !== 'cut' && stage !== 'late'
  box.part('open').hidden = stage !== 'done'
  box.part('cancel').hidden = stage === 'arrived' || stage === 'done'
  box.part('status').textContent = `${box.name} ${STAGES[stage] || 'is being uploaded'}`
  box.part('bar').value = (100 * (isThere ? box.file.size : box.offset)) / box.file.size
  box.part('pace').textContent = box.note || NOTES[stage] || ''
}

// Says how much has gone, how fast, and how long the rest takes.
export function drawPace(box, sent) {
  const now = performance.now()
  box.seen.push([now, sent])
  while (box.seen.length > 2 && now - box.seen[0][0] > PACE_MS) box.seen.shift()
  if (!box.root) return
  const [then, before] = box.seen[0]
  const speed = now > then ? (1000 * (sent - before)) / (now - then) : 0
  const left = speed > 0 && now - then > 500 ? `, ${bytes(speed)} a second, ${lasting((box.file.size - sent) / speed)} left` : ''
  box.part('bar').value = (100 * sent) / box.file.size
  box.part('pace').textContent = `${bytes(sent)} of ${bytes(box.file.size)}${left}`
}
