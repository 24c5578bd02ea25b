// Asks the platform, as whoever is logged in, and turns what it refuses into errors.
// Of an error, `isFinal` says that to ask again does not help, `isFull` that it does not before
// somebody has made room on the platform's disk.

const TOKEN_LASTS_MS = 60000
const UNREACHED = 'The page cannot be reached at the moment.'

export class Platform {
  // `api` is its address; the page's route at `tokenPath` hands the token out, where there is one.
  constructor(api, tokenPath) {
    this.api = api
    this.tokenPath = tokenPath
    this.token = null
  }

  forgetToken() {
    this.token = null
  }

  async ask(method, path, { headers = {}, signal } = {}) {
    const credentials = await this.credentials()
    let answer
    try {
      answer = await fetch(this.api + path, { method, headers: { ...headers, ...credentials }, signal, credentials: 'omit' })
    } catch (error) {
      if (error.name === 'AbortError') throw error
      throw new Error('The platform cannot be reached at the moment.')
    }
    if (!answer.ok) throw refusal(answer.status, await answer.text())
    return method === 'GET' || method === 'POST' ? answer.json() : null
  }

  // What is known of an upload; null where there is none.
  async look(id, { signal } = {}) {
    return this.ask('GET', `/uploads/${encodeURIComponent(id)}`, { signal }).catch((error) => {
      if (error.status === 404) return null
      throw error
    })
  }

  // Sends bytes. XMLHttpRequest, because fetch does not tell how much of a body has gone.
  async append(id, part, { offset, signal, onProgress, onGone }) {
    const credentials = await this.credentials()
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      const stop = () => request.abort()
      request.open('PATCH', `${this.api}/uploads/${id}`)
      const headers = { 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream', ...credentials }
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
      request.upload.onprogress = (event) => onProgress(offset + event.loaded)
      request.upload.onload = onGone
      request.onload = () => (request.status === 204 ? resolve() : reject(refusal(request.status, request.responseText)))
      request.onerror = () => reject(new Error('The connection was cut.'))
      request.onabort = () => reject(aborted())
      request.onloadend = () => signal.removeEventListener('abort', stop)
      signal.addEventListener('abort', stop)
      request.send(part)
    })
  }

  async credentials() {
    if (!this.tokenPath) return {}
    if (!this.token || Date.now() - this.token.at > TOKEN_LASTS_MS) {
      let answer
      try {
        answer = await fetch(this.tokenPath, { method: 'POST', headers: { 'X-Modelyard': 'token' }, credentials: 'same-origin' })
      } catch {
        throw new Error(UNREACHED)
      }
      if (answer.status === 401 || answer.status === 403) {
        throw final('You are not logged in any more. Load the page again, and choose the same file: it goes on.')
      }
      if (!answer.ok) throw new Error(UNREACHED)
      this.token = { value: (await answer.json()).token, at: Date.now() }
    }
    return this.token.value ? { Authorization: `Bearer ${this.token.value}` } : {}
  }
}

export function aborted() {
  return new DOMException('Cancelled', 'AbortError')
}

export function final(message) {
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
  return Object.assign(new Error(told), { isFinal: !mayPass, isFull: status === 507, status })
}
