// What files, sizes and spans of time are called.

const SUFFIXES = /\.(csv|tsv|txt|ndjson|jsonl|json|parquet|pq|arrow|feather|ipc|zip)(\.gz)?$/i

// The name of a dataset that a file's own suggests.
export function suggested(filename) {
  return slug(filename.replace(SUFFIXES, ''))
}

// As the platform makes names of files.
export function slug(text) {
  const bare = text.normalize('NFKD').replace(/\p{M}/gu, '')
  const joined = bare.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-_.]+|[-_.]+$/g, '')
  return joined.slice(0, 100).replace(/[-_.]+$/, '') || 'table'
}

export function bytes(count) {
  if (count < 1000) return `${Math.round(count)} bytes`
  const power = Math.min(Math.floor(Math.log10(count) / 3), 3)
  const size = count / 1000 ** power
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${['', 'kB', 'MB', 'GB'][power]}`
}

export function lasting(seconds) {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}
