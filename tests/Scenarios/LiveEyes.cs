namespace Lapel.Scenarios;

/// <summary>What a test sees and hears in a page of live help: the clock in the picture, the pictures that come, the tone.</summary>
static class LiveEyes
{
    /// <summary>How far the clock in the picture is behind the machine's, milliseconds; the median of twenty looks.</summary>
    public const string BurntIn = """
        async () => {
          const video = document.querySelector('lapel-live-player video');
          const canvas = new OffscreenCanvas(bits * cell, cell * 2), context = canvas.getContext('2d', { willReadFrequently: true });
          const seen = [], until = Date.now() + 15000;
          while (seen.length < 20 && Date.now() < until) {
            await Promise.race([new Promise(done => video.requestVideoFrameCallback(done)), new Promise(done => setTimeout(done, 1000))]);
            const factor = video.videoWidth / 640;
            context.drawImage(video, 0, 0, bits * cell * factor, cell * 2 * factor, 0, 0, bits * cell, cell * 2);
            const code = readClock(context);
            if (code !== undefined) seen.push((Date.now() - code) & ((1 << bits) - 1));
          }
          return percentile(seen, 0.5);
        }
        """;

    public const string CountPictures = """
        async seconds => {
          const video = document.querySelector('lapel-live-player video'), before = video.getVideoPlaybackQuality().totalVideoFrames;
          await new Promise(done => setTimeout(done, seconds * 1000));
          return video.getVideoPlaybackQuality().totalVideoFrames - before;
        }
        """;

    public static string ToneIn(string element) =>
        $$"""
            async () => {
              const track = document.querySelector('{{element}}')?.srcObject?.getAudioTracks().at(-1);
              if (!track) return 0;
              if (window.earOf !== track.id) {
                const audio = new AudioContext(), meter = audio.createAnalyser();
                meter.fftSize = 8192;
                audio.createMediaStreamSource(new MediaStream([track])).connect(meter);
                [window.ear, window.earOf] = [meter, track.id];
              }
              await new Promise(done => setTimeout(done, 150));
              const spectrum = new Float32Array(window.ear.frequencyBinCount);
              window.ear.getFloatFrequencyData(spectrum);
              let best = 0;
              for (let i = 1; i < spectrum.length; i++) if (spectrum[i] > spectrum[best]) best = i;
              return spectrum[best] < -80 ? 0 : best * window.ear.context.sampleRate / 8192;
            }
            """;
}
