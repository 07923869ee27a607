import type { Level } from '../../core/level.ts';
import { msg, type Message } from '../../core/message.ts';

/** The level as a word: colour alone never tells it. */
export function levelWord(level: Level): Message {
  switch (level) {
    case 'ok':
      return msg('OK');
    case 'watch':
      return msg('Watch');
    case 'warn':
      return msg('Warning');
    case 'danger':
      return msg('Danger');
    case 'unknown':
      return msg('Unknown');
  }
}

/** An icon of the editor's own set, with a theme colour where it has one. */
export interface Icon {
  readonly id: string;
  readonly color?: string;
}

/** Every level has its own shape besides its colour. Unknown has no colour: it is never green. */
export function levelIcon(level: Level): Icon {
  switch (level) {
    case 'ok':
      return { id: 'shield', color: 'charts.green' };
    case 'watch':
      return { id: 'eye', color: 'charts.yellow' };
    case 'warn':
      return { id: 'warning', color: 'charts.orange' };
    case 'danger':
      return { id: 'flame', color: 'charts.red' };
    case 'unknown':
      return { id: 'question' };
  }
}
