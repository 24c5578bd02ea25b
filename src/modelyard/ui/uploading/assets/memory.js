// What the browser remembers of a file, so that its upload goes on after a reload.

// What tells one file from another without reading it, as tus-js-client does.
function mark(file) {
  return `modelyard-upload:${file.name}:${file.size}:${file.lastModified}`
}

export function recall(file) {
  try {
    return JSON.parse(localStorage.getItem(mark(file)))
  } catch {
    return null
  }
}

export function remember(file, id) {
  try {
    localStorage.setItem(mark(file), JSON.stringify({ id }))
  } catch {
    // A browser that keeps nothing cannot go on after a reload.
  }
}

export function forget(file) {
  try {
    localStorage.removeItem(mark(file))
  } catch {
    // Nothing was kept.
  }
}
