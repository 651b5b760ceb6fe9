// Sounds made here, so that none has to be fetched: short notes, each with a buzz of its own where the device can.

type Sound = "joined" | "left" | "answered" | "ring" | "ready";

const Notes: Record<Sound, { hertz: number[]; ms: number; buzz: number[] }> = {
  joined: { hertz: [660, 880], ms: 140, buzz: [120, 60, 120] },
  left: { hertz: [660, 440], ms: 140, buzz: [60] },
  answered: { hertz: [523, 659, 784], ms: 160, buzz: [250] },
  ring: { hertz: [880, 698, 880, 698], ms: 220, buzz: [300, 150, 300, 150, 300] },
  ready: { hertz: [523], ms: 60, buzz: [30] },
};

let audio: AudioContext | null = null;

/** Plays it, if the page has been touched since it was opened; browsers allow none before. */
export function chime(sound: Sound): void {
  const { hertz, ms, buzz } = Notes[sound];
  navigator.vibrate?.(buzz);
  audio ??= new AudioContext();
  void audio.resume();
  hertz.forEach((pitch, i) => {
    if (!audio) return;
    const begins = audio.currentTime + (i * ms) / 1000;
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0.0001, begins);
    gain.gain.exponentialRampToValueAtTime(0.25, begins + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, begins + ms / 1000);
    tone.connect(gain).connect(audio.destination);
    tone.start(begins);
    tone.stop(begins + ms / 1000 + 0.05);
  });
}
