//! Matrices of features from files: NumPy's .npy and .npz, and raw float32.

use super::npz;
use crate::failure::Failure;
use crate::inputs::shown;
use half::f16;
use std::fs;
use std::path::Path;

/// A matrix, row-major.
pub struct Matrix {
    pub values: Vec<f32>,
    pub shape: [usize; 2],
    /// Whether it is an array of an .npz file.
    pub is_of_npz: bool,
}

/// What a file of features doesn't say of itself.
#[derive(Debug, clap::Args)]
pub struct Form {
    /// Shape of raw features, as in 80x3000
    #[arg(long, value_name = "ROWSxCOLUMNS", value_parser = shape)]
    shape: Option<[usize; 2]>,

    /// The array of an .npz file that has several
    #[arg(long, value_name = "NAME")]
    array: Option<String>,
}

impl Form {
    /// Refuses the name of an array where no file has any.
    pub fn check(&self, matrices: &[&Matrix]) -> Result<(), Failure> {
        match &self.array {
            Some(array) if !matrices.iter().any(|matrix| matrix.is_of_npz) => {
                let text = format!("--array {array} names an array of an .npz file, and none is given");
                Err(Failure::new("features", text))
            }
            _ => Ok(()),
        }
    }
}

/// `ROWSxCOLUMNS`.
fn shape(text: &str) -> Result<[usize; 2], String> {
    let side = |side: &str| side.parse().ok().filter(|&side: &usize| side > 0);
    match text.split_once('x').map(|(rows, columns)| (side(rows), side(columns))) {
        Some((Some(rows), Some(columns))) => Ok([rows, columns]),
        _ => Err("expected ROWSxCOLUMNS, as in 80x3000".into()),
    }
}

impl Matrix {
    /// Reads a file; raw values have the given shape.
    pub fn read(path: &Path, form: &Form) -> Result<Self, Failure> {
        let fail = |message: String| Failure::new("features", format!("{}: {message}", shown(path)));
        let mut bytes =
            fs::read(path).map_err(|error| Failure::new("io", format!("{}: {error}", shown(path))))?;
        let (shape, array) = (form.shape, form.array.as_deref());
        let is_of_npz = npz::is_npz(&bytes);
        if is_of_npz {
            bytes = npz::array(&bytes, array).map_err(fail)?;
        }
        if bytes.starts_with(b"\x93NUMPY") {
            let matrix = npy(&bytes).map_err(fail)?;
            return match shape {
                Some([rows, columns]) if matrix.shape != [rows, columns] => {
                    let [first, second] = matrix.shape;
                    Err(fail(format!(
                        "--shape must be that of the NumPy file, {first}x{second}, or be left out, got \
                         {rows}x{columns}"
                    )))
                }
                _ => Ok(Self { is_of_npz, ..matrix }),
            };
        }
        let Some(shape) = shape else {
            return Err(fail("not a NumPy file (.npy, .npz); raw float32 needs --shape".into()));
        };
        let expected = shape[0].checked_mul(shape[1]).and_then(|n| n.checked_mul(4));
        if expected != Some(bytes.len()) {
            let [rows, columns] = shape;
            return Err(fail(format!(
                "--shape {rows}x{columns} needs as many float32 values of 4 bytes, got {} bytes",
                bytes.len()
            )));
        }
        Ok(Self { values: numbers(&bytes, &F32), shape, is_of_npz })
    }
}

/// A type of numbers in NumPy's files.
struct Type {
    code: &'static str,
    size: usize,
    read: fn(&[u8]) -> f32,
}

const F32: Type = Type { code: "<f4", size: 4, read: |b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]) };
const TYPES: [Type; 12] = [
    F32,
    Type {
        code: "<f8",
        size: 8,
        read: |b| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]) as f32,
    },
    Type { code: "<f2", size: 2, read: |b| f16::from_le_bytes([b[0], b[1]]).to_f32() },
    Type { code: ">f4", size: 4, read: |b| f32::from_be_bytes([b[0], b[1], b[2], b[3]]) },
    Type {
        code: ">f8",
        size: 8,
        read: |b| f64::from_be_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]) as f32,
    },
    Type { code: ">f2", size: 2, read: |b| f16::from_be_bytes([b[0], b[1]]).to_f32() },
    Type { code: "|u1", size: 1, read: |b| f32::from(b[0]) },
    Type { code: "|i1", size: 1, read: |b| f32::from(b[0].cast_signed()) },
    Type { code: "<i2", size: 2, read: |b| f32::from(i16::from_le_bytes([b[0], b[1]])) },
    Type { code: "<u2", size: 2, read: |b| f32::from(u16::from_le_bytes([b[0], b[1]])) },
    Type { code: ">i2", size: 2, read: |b| f32::from(i16::from_be_bytes([b[0], b[1]])) },
    Type { code: ">u2", size: 2, read: |b| f32::from(u16::from_be_bytes([b[0], b[1]])) },
];

fn numbers(bytes: &[u8], of: &Type) -> Vec<f32> {
    bytes.chunks_exact(of.size).map(of.read).collect()
}

/// NumPy's format, of which numpy/lib/format.py is the documentation.
fn npy(bytes: &[u8]) -> Result<Matrix, String> {
    let broken = || String::from("the header of the NumPy file is broken");
    let (length, start) = match bytes.get(6) {
        Some(1) => (bytes.get(8..10).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]]))), 10),
        _ => (bytes.get(8..12).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize), 12),
    };
    let end = length.and_then(|length| length.checked_add(start)).ok_or_else(broken)?;
    let header =
        bytes.get(start..end).and_then(|header| std::str::from_utf8(header).ok()).ok_or_else(broken)?;
    let after = |key: &str| header.split_once(&format!("'{key}':")).map(|parts| parts.1.trim_start());
    let descr =
        after("descr").and_then(|text| text.strip_prefix('\'')?.split_once('\'')).ok_or_else(broken)?.0;
    let of = TYPES.iter().find(|of| of.code == descr).ok_or_else(|| {
        let known: Vec<&str> = TYPES.iter().map(|of| of.code).collect();
        format!("the type of the numbers must be one of {}, got {descr}", known.join(", "))
    })?;
    let fortran = after("fortran_order").ok_or_else(broken)?.starts_with("True");
    let sides =
        after("shape").and_then(|text| text.strip_prefix('(')?.split_once(')')).ok_or_else(broken)?.0;
    let sides: Option<Vec<usize>> = sides
        .split(',')
        .map(str::trim)
        .filter(|side| !side.is_empty())
        .map(|side| side.parse().ok())
        .collect();
    let sides = sides.ok_or_else(broken)?;
    // A batch of one, a channel of one.
    let real: Vec<usize> = if sides.len() > 2 {
        let ones = sides.len() - 2;
        if sides[..ones].iter().any(|&side| side != 1) {
            return Err(not_one_matrix(&sides));
        }
        sides[ones..].to_vec()
    } else {
        sides.clone()
    };
    let [first, second] = real[..] else {
        return Err(not_one_matrix(&sides));
    };
    let size = first.checked_mul(second).and_then(|n| n.checked_mul(of.size)).ok_or_else(broken)?;
    let data = &bytes[end..];
    if data.len() != size {
        return Err(format!("expected {size} bytes of values after the header, got {}", data.len()));
    }
    let values = numbers(data, of);
    if !fortran {
        return Ok(Matrix { values, shape: [first, second], is_of_npz: false });
    }
    let turned = (0..first).flat_map(|row| (0..second).map(move |column| column * first + row));
    let values = turned.map(|at| values[at]).collect();
    Ok(Matrix { values, shape: [first, second], is_of_npz: false })
}

fn not_one_matrix(sides: &[usize]) -> String {
    format!("the shape must have two axes, and before them only axes of length 1, got {sides:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend_from_slice(&(header.len() as u16).to_le_bytes());
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(data);
        bytes
    }

    #[test]
    fn types_orders_and_batches_of_one_are_read() {
        let data: Vec<u8> =
            [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        let read = |header: &str, data: &[u8]| npy(&file(header, data)).map(|m| (m.values, m.shape));
        let plain = read("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }\n", &data);
        assert_eq!(plain, Ok((vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2, 3])));
        let turned = read("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", &data);
        assert_eq!(turned, Ok((vec![1.0, 3.0, 5.0, 2.0, 4.0, 6.0], [2, 3])));
        let bytes = read("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 3), }\n", &[7, 0, 255]);
        assert_eq!(bytes, Ok((vec![7.0, 0.0, 255.0], [1, 3])));
        let ones: [(&str, &[u8]); 6] = [
            ("<f8", &1f64.to_le_bytes()),
            (">f8", &1f64.to_be_bytes()),
            ("<f2", &f16::ONE.to_le_bytes()),
            (">f2", &f16::ONE.to_be_bytes()),
            (">i2", &1i16.to_be_bytes()),
            (">u2", &1u16.to_be_bytes()),
        ];
        for (code, data) in ones {
            let header = format!("{{'descr': '{code}', 'fortran_order': False, 'shape': (1, 1), }}\n");
            assert_eq!(read(&header, data), Ok((vec![1.0], [1, 1])), "{code}");
        }
        for (header, data) in [
            ("{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3), }\n", &data[..]),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", &data[1..]),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 3), }\n", &data[..]),
            ("{'descr': '<f4', 'shape': (2, 3), }\n", &data[..]),
            ("{", &data[..]),
        ] {
            assert!(read(header, data).is_err(), "{header}");
        }
    }

    #[test]
    fn shapes_have_two_sides() {
        assert_eq!(shape("80x3000"), Ok([80, 3000]));
        for wrong in ["80", "0x3", "x", "80x3000x1"] {
            assert!(shape(wrong).is_err(), "{wrong:?}");
        }
    }
}
