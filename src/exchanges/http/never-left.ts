import { subscribe } from 'node:diagnostics_channel';

/** The system calls before the first byte leaves: finding the name and making the connection. */
const beforeLeaving: ReadonlySet<unknown> = new Set(['getaddrinfo', 'connect']);

/**
 * Why a certificate was not accepted. The platform looks at it before it hands the connection over, so nothing was sent.
 * Source: https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const certificateFaults: ReadonlySet<string> = new Set(
  (
    'UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_CRL UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_DECRYPT_CRL_SIGNATURE ' +
    'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY CERT_SIGNATURE_FAILURE CRL_SIGNATURE_FAILURE CERT_NOT_YET_VALID CERT_HAS_EXPIRED ' +
    'CRL_NOT_YET_VALID CRL_HAS_EXPIRED ERROR_IN_CERT_NOT_BEFORE_FIELD ERROR_IN_CERT_NOT_AFTER_FIELD ERROR_IN_CRL_LAST_UPDATE_FIELD ' +
    'ERROR_IN_CRL_NEXT_UPDATE_FIELD DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT_LOCALLY ' +
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE CERT_CHAIN_TOO_LONG CERT_REVOKED INVALID_CA PATH_LENGTH_EXCEEDED INVALID_PURPOSE CERT_UNTRUSTED ' +
    'CERT_REJECTED HOSTNAME_MISMATCH ERR_TLS_CERT_ALTNAME_INVALID'
  ).split(' '),
);

/**
 * The error objects that ended a connection attempt. An error's code can't show this: a reset during the handshake and one after sending both say
 * ECONNRESET. The platform's client publishes these and passes on the same object.
 */
const whileConnecting = new WeakSet();
subscribe('undici:client:connectError', (message) => {
  const { error } = message as { readonly error?: unknown };
  if (error instanceof Error) whileConnecting.add(error);
});

export interface SystemFault {
  /** The system's error code, such as `ECONNRESET`. */
  readonly code?: string;
  /** No byte of the request can have reached the venue. */
  readonly neverLeft: boolean;
  /** Which part of the connection failed, where the person must do something different. */
  readonly at?: 'certificate' | 'encryption' | 'proxy';
  /** A proxy's HTTP status instead of a connection. */
  readonly proxyStatus?: string;
}

/**
 * What the system says somewhere below `error`, and whether nothing can have reached the venue. In doubt, something may have: a code alone counts
 * only if it can only come from a connection attempt. "No route to host" also ends connections on which all was sent.
 */
export function systemFault(error: unknown): SystemFault {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    const isConnecting = whileConnecting.has(current);
    // One for each address tried.
    if (current instanceof AggregateError && current.errors.length > 0) {
      const faults = current.errors.map(systemFault);
      const code = faults.find((fault) => fault.code !== undefined)?.code;
      return { ...(code === undefined ? {} : { code }), neverLeft: isConnecting || faults.every(({ neverLeft }) => neverLeft) };
    }
    const { code, syscall } = current as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_/]{2,60}$/.test(code)) {
      const neverLeft = isConnecting || code === 'UND_ERR_CONNECT_TIMEOUT' || certificateFaults.has(code) || beforeLeaving.has(syscall);
      return { code, neverLeft, ...(neverLeft ? placeOf(code, current.message) : {}) };
    }
    if (isConnecting) return { neverLeft: true };
    current = current.cause;
  }
  return { neverLeft: false };
}

function placeOf(code: string, words: string): Pick<SystemFault, 'at' | 'proxyStatus'> {
  if (certificateFaults.has(code)) return { at: 'certificate' };
  // The other end speaks no TLS, or a version that we don't.
  if (/^ERR_(?:SSL|TLS)_/.test(code)) return { at: 'encryption' };
  const proxyStatus = /^Proxy response \((\d{3})\)/.exec(words)?.[1];
  return proxyStatus === undefined ? {} : { at: 'proxy', proxyStatus };
}
