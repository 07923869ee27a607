/** Seconds after the beginning, and pitch. Three times the same two, as of a siren. */
const tones = [0, 0.7, 1.4].flatMap((at) => [[at, 880] as const, [at + 0.25, 660] as const]);
const lastsSeconds = 0.2;

/** What is used of an AudioContext. */
interface Player<Place> {
  readonly destination: Place;
  createOscillator(): {
    readonly frequency: { value: number };
    connect(to: Place): unknown;
    start(at: number): void;
    stop(at: number): void;
  };
  close(): Promise<void>;
}

/** The sound of danger, made here: no file. As long as nobody clicked or pressed a key in this page, the editor keeps it silent. */
export function sound<Place>(audio: Player<Place>): void {
  for (const [at, pitch] of tones) {
    const tone = audio.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(audio.destination);
    tone.start(at);
    tone.stop(at + lastsSeconds);
  }
  // Not from `ended`, which never comes while it is kept silent.
  setTimeout(() => void audio.close(), 3_000);
}
