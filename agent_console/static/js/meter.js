// How loud a stream is.

/** `read()` is the effective value of the last 20 ms or so, 0 to 1; `close()` when nobody looks any more. */
export function meter(stream) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    read() {
      analyser.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    },
    close: () => context.close(),
  };
}

/** A level as a meter shows it: speech is about a third of full scale. */
export const shown = (level) => Math.min(1, 3 * level);
