// Load your audio file
let audio_samples: Vec<f32> = load_audio();

// Configure for Whisper
let config = MojoMelConfig {
    sample_rate: 16000,
    n_fft: 400,
    hop_length: 160,
    n_mels: 80,
};

// Compute mel spectrogram
let mel = compute_mel_spectrogram(&audio_samples, &config)?;
let (n_mels, n_frames) = mel.shape(); // (80, ~3000)

// Get data for Whisper model
let mel_data = mel.to_vec()?;

// Feed to Candle Tensor
let tensor = Tensor::from_vec(mel_data, (n_mels, n_frames), &device)?;
