import { ExchangeError } from '../core/errors.ts';
import type { Message } from '../core/message.ts';

/** Shorter texts are no secrets, and hiding them would garble innocent words. */
const shortest = 4;

/** The same error without any of `secrets` in its sentence. */
export function withoutSecrets(error: ExchangeError, secrets: readonly string[]): ExchangeError {
  const dangerous = secrets.filter((secret) => secret.length >= shortest);
  const sentence = masked(error.sentence, dangerous);
  if (sentence === error.sentence) return error;
  const { kind, code, field, effect, retryAfterMs, instead } = error;
  return new ExchangeError({
    kind,
    sentence,
    effect,
    instead,
    ...(code === undefined ? {} : { code }),
    ...(field === undefined ? {} : { field }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function masked(message: Message, secrets: readonly string[]): Message {
  const args = message.args.map((arg) =>
    typeof arg === 'string' ? secrets.reduce((text, secret) => text.replaceAll(secret, '***'), arg) : masked(arg, secrets),
  );
  return args.every((arg, index) => arg === message.args[index]) ? message : { template: message.template, args };
}
