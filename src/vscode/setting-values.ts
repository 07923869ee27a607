import type { StatusLook } from '../views/status.ts';

// What a settings file may hold, whatever that is, as it counts: what isn't understood hides more and warns more, never less.

/** A setting by the last part of its name. */
type Get = (name: string) => unknown;

/** Only what clearly says so shows amounts. */
export const hidesAmountsBy = (setting: unknown): boolean => setting !== false && setting !== undefined;

export const statusLookBy = (get: Get): StatusLook => {
  const shows = get('shows');
  return {
    shows: shows === 'loan' || shows === 'position' || shows === 'both' ? shows : 'nearest',
    detail: get('detail') === 'short' ? 'short' : 'full',
  };
};

export interface WarningSettings {
  readonly enabled: boolean;
  /** As in `22:00-07:00`; anything else is none. */
  readonly quietHours: string;
  readonly sound: boolean;
}

export function warningSettingsBy(get: Get): WarningSettings {
  const quietHours = get('quietHours');
  return {
    enabled: get('enabled') !== false,
    quietHours: typeof quietHours === 'string' ? quietHours : '',
    sound: get('sound') === true,
  };
}
