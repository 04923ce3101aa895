//! Another sample rate than the file's.

use mojo_audio_core::Resampler;
use mojo_audio_files::{AudioFile, Error};

/// A WAV file of 44,100 Hz with one channel of floats (tag 3) or 16-bit integers (tag 1).
fn wav(tag: u16, data: &[u8]) -> Vec<u8> {
    let size = if tag == 1 { 2_u16 } else { 4 };
    let rate = 44_100_u32;
    [
        b"RIFF".as_slice(),
        &(36 + data.len() as u32).to_le_bytes(),
        b"WAVEfmt ",
        &16_u32.to_le_bytes(),
        &tag.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &rate.to_le_bytes(),
        &(rate * u32::from(size)).to_le_bytes(),
        &size.to_le_bytes(),
        &(8 * size).to_le_bytes(),
        b"data",
        &(data.len() as u32).to_le_bytes(),
        data,
    ]
    .concat()
}

/// The file's samples at 16 kHz.
fn read(bytes: Vec<u8>) -> Result<Vec<f32>, Error> {
    AudioFile::from_bytes(bytes)?.mono(16_000)?.read_to_end()
}

fn tone(n: usize) -> Vec<f32> {
    (0..n).map(|i| 0.5 * (i as f32 * 0.05).sin()).collect()
}

#[test]
fn samples_are_those_of_the_resampler() {
    let resampler = Resampler::new(44_100, 16_000).unwrap();
    for n in [1, 2, 44_101] {
        let floats = tone(n);
        let bytes: Vec<u8> = floats.iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!(read(wav(3, &bytes)).unwrap(), resampler.resample(&floats).unwrap());
        let integers: Vec<i16> = floats.iter().map(|x| (x * 32_767.0) as i16).collect();
        let bytes: Vec<u8> = integers.iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!(read(wav(1, &bytes)).unwrap(), resampler.resample(&integers).unwrap());
    }
}

#[test]
fn what_is_no_number_is_named() {
    let mut floats = tone(44_100);
    floats[22_050] = f32::NAN;
    let bytes: Vec<u8> = floats.iter().flat_map(|x| x.to_le_bytes()).collect();
    let error = read(wav(3, &bytes)).unwrap_err();
    assert_eq!(
        error,
        Error::Corrupt { after: 0.5, reason: "sample 22050 is not a finite number".into() }
    );
}

#[test]
fn rates_that_are_not_resampled_are_refused() {
    for to in [0, 999, 768_001] {
        let file = AudioFile::from_bytes(wav(1, &[0; 8])).unwrap();
        assert_eq!(file.mono(to).err(), Some(Error::SampleRate { from: 44_100, to }));
    }
}
