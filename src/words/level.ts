import type { Level } from '../core/risk/level.ts';
import { msg, type Message } from '../core/message.ts';
import type { Substitute } from '../core/risk/substitute.ts';

/** The level as a word: colour alone never says it. */
export function levelWord(level: Level): Message {
  switch (level) {
    case 'ok':
      return msg('level.ok', 'OK');
    case 'watch':
      return msg('level.watch', 'Watch');
    case 'warn':
      return msg('level.warning', 'Warning');
    case 'danger':
      return msg('level.danger', 'Danger');
    case 'unknown':
      return msg('level.unknown', 'Unknown');
  }
}

/** The level, with the substitute it comes from where the deciding figure is missing. */
export function levelBy(level: Level, by: Substitute | undefined): Message {
  const word = levelWord(level);
  switch (by) {
    case undefined:
      return word;
    case 'marginRatio':
      return msg('level.margin-ratio', '{0} (by margin ratio)', word);
    case 'marginLeft':
      return msg('level.margin-left', '{0} (by margin left)', word);
    case 'usd':
      return msg('level.values-usd', '{0} (by USD values)', word);
    case 'price':
      return msg('level.liquidation-price', '{0} (by liquidation price)', word);
    case 'whole':
      return msg('level.near-100', '{0} (LTV near 100%)', word);
  }
}

/** @param line margin call or liquidation, as in the two below */
export const lineReached = (line: Message): Message => msg('line.reached', '{0} reached', line);
export const toLine = (distance: string, line: Message): Message => msg('line.to', '{0} to {1}', distance, line);
export const unknownDistance = (line: Message): Message => msg('line.unknown', 'distance to {0} unknown', line);

/** An icon of the editor's own set, with a theme colour where it has one. */
export interface Icon {
  readonly id: string;
  readonly color?: string;
}

/** Each level has its own shape, and a colour that means the same in every theme (the charts' yellow is green in one). Unknown has no colour: never green. */
export const levelIcon = (level: Level): Icon => icons[level];

const icons: Readonly<Record<Level, Icon>> = {
  ok: { id: 'shield', color: 'testing.iconPassed' },
  watch: { id: 'eye', color: 'notificationsWarningIcon.foreground' },
  warn: { id: 'warning', color: 'notificationsWarningIcon.foreground' },
  danger: { id: 'flame', color: 'notificationsErrorIcon.foreground' },
  unknown: { id: 'question' },
};
