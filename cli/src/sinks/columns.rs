//! Parquet and Arrow IPC files: a row for each input.
//!
//! | column | type |
//! |---|---|
//! | `key` | string |
//! | `n_frames` | int32 |
//! | `features` | list of frames, each a fixed-size list of `n_rows` float32 (or float16) |
//! | `sample_rate` | int32: of the samples that the features were computed from, in hertz |
//! | `seconds` | float64: length of the input |

use super::Temporary;
use super::archive::{Archive, Entry};
use super::formats::Description;
use super::numbers::halves;
use crate::args::Dtype;
use arrow_array::{
    ArrayRef, FixedSizeListArray, Float16Array, Float32Array, Float64Array, Int32Array, ListArray,
    RecordBatch, StringArray,
};
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use half::f16;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// Rows are written together, in a batch of Arrow or a group of Parquet, once their values have this
/// many bytes.
const BATCH: usize = 8 << 20;

/// A writer of batches in one of the formats.
trait Table: Send {
    fn write(&mut self, batch: &RecordBatch) -> io::Result<()>;
    fn finish(self: Box<Self>) -> io::Result<()>;
}

struct Columns {
    temporary: Temporary,
    table: Box<dyn Table>,
    schema: SchemaRef,
    n_rows: i32,
    rows: Rows,
}

/// Rows that are not written yet.
struct Rows {
    keys: Vec<String>,
    n_frames: Vec<i32>,
    values: Values,
    sample_rates: Vec<i32>,
    seconds: Vec<f64>,
}

enum Values {
    Float32(Vec<f32>),
    Float16(Vec<f16>),
}

impl Values {
    fn new(dtype: Dtype) -> Self {
        match dtype {
            Dtype::Float32 => Self::Float32(Vec::new()),
            Dtype::Float16 => Self::Float16(Vec::new()),
        }
    }

    fn dtype(&self) -> Dtype {
        match self {
            Self::Float32(_) => Dtype::Float32,
            Self::Float16(_) => Dtype::Float16,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Float32(values) => size_of_val(&values[..]),
            Self::Float16(values) => size_of_val(&values[..]),
        }
    }

    fn append(&mut self, values: &[f32]) -> io::Result<()> {
        match self {
            Self::Float32(all) => all.extend_from_slice(values),
            Self::Float16(all) => all.extend(halves(values)?),
        }
        Ok(())
    }

    fn into_array(self) -> ArrayRef {
        match self {
            Self::Float32(values) => Arc::new(Float32Array::new(values.into(), None)),
            Self::Float16(values) => Arc::new(Float16Array::new(values.into(), None)),
        }
    }
}

/// Starts a Parquet file.
pub fn parquet(description: Description, paths: &[PathBuf]) -> io::Result<Box<dyn Archive>> {
    start(description, paths, |file, schema| {
        // Values of features hardly repeat: neither a dictionary nor a code makes them shorter.
        let properties = WriterProperties::builder()
            .set_compression(Compression::UNCOMPRESSED)
            .set_dictionary_enabled(false)
            .set_encoding(Encoding::PLAIN)
            .build();
        let writer = ArrowWriter::try_new(file, schema, Some(properties)).map_err(of_parquet)?;
        Ok(Box::new(writer))
    })
}

/// Starts an Arrow IPC file.
pub fn arrow(description: Description, paths: &[PathBuf]) -> io::Result<Box<dyn Archive>> {
    start(description, paths, |file, schema| {
        let writer = FileWriter::try_new(BufWriter::new(file), &schema).map_err(of_arrow)?;
        Ok(Box::new(writer))
    })
}

fn start(
    description: Description,
    paths: &[PathBuf],
    table: impl FnOnce(File, SchemaRef) -> io::Result<Box<dyn Table>>,
) -> io::Result<Box<dyn Archive>> {
    let temporary = Temporary::create(&paths[0], false)?;
    let n_rows = i32::try_from(description.n_rows).map_err(io::Error::other)?;
    let schema = schema(n_rows, &description);
    let table = table(temporary.file().try_clone()?, schema.clone())?;
    Ok(Box::new(Columns { temporary, table, schema, n_rows, rows: Rows::new(description.dtype) }))
}

fn schema(n_rows: i32, description: &Description) -> SchemaRef {
    let number = match description.dtype {
        Dtype::Float32 => DataType::Float32,
        Dtype::Float16 => DataType::Float16,
    };
    let frame = DataType::FixedSizeList(Arc::new(Field::new("item", number, false)), n_rows);
    let features = DataType::List(Arc::new(Field::new("item", frame, false)));
    let fields = vec![
        Field::new("key", DataType::Utf8, false),
        Field::new("n_frames", DataType::Int32, false),
        Field::new("features", features, false),
        Field::new("sample_rate", DataType::Int32, false),
        Field::new("seconds", DataType::Float64, false),
    ];
    let about = HashMap::from([("mojo-audio".to_string(), description.recipe.clone())]);
    Arc::new(Schema::new_with_metadata(fields, about))
}

impl Rows {
    fn new(dtype: Dtype) -> Self {
        Self {
            keys: Vec::new(),
            n_frames: Vec::new(),
            values: Values::new(dtype),
            sample_rates: Vec::new(),
            seconds: Vec::new(),
        }
    }

    /// The rows as a batch; their columns become empty.
    fn take(&mut self, schema: &SchemaRef, n_rows: i32) -> Result<RecordBatch, ArrowError> {
        let rows = std::mem::replace(self, Self::new(self.values.dtype()));
        let DataType::List(frame) = schema.field(2).data_type() else {
            return Err(ArrowError::SchemaError("features must be a list".into()));
        };
        let DataType::FixedSizeList(number, _) = frame.data_type() else {
            return Err(ArrowError::SchemaError("a frame must be a list".into()));
        };
        let mut ends = vec![0_i32];
        ends.extend(rows.n_frames.iter().scan(0, |end, n| {
            *end += n;
            Some(*end)
        }));
        let frames =
            FixedSizeListArray::try_new(number.clone(), n_rows, rows.values.into_array(), None)?;
        let ends = OffsetBuffer::new(ScalarBuffer::from(ends));
        let features = ListArray::try_new(frame.clone(), ends, Arc::new(frames), None)?;
        RecordBatch::try_new(
            schema.clone(),
            vec![
                Arc::new(StringArray::from(rows.keys)),
                Arc::new(Int32Array::from(rows.n_frames)),
                Arc::new(features),
                Arc::new(Int32Array::from(rows.sample_rates)),
                Arc::new(Float64Array::from(rows.seconds)),
            ],
        )
    }
}

impl Columns {
    fn flush(&mut self) -> io::Result<()> {
        if self.rows.keys.is_empty() {
            return Ok(());
        }
        let batch = self.rows.take(&self.schema, self.n_rows).map_err(of_arrow)?;
        self.table.write(&batch)
    }
}

impl Archive for Columns {
    fn add(&mut self, entry: &mut Entry) -> io::Result<()> {
        let too_many =
            |_| io::Error::new(ErrorKind::InvalidInput, "more frames than a row has room for");
        let n_frames = i32::try_from(entry.matrix.n_frames).map_err(too_many)?;
        let sample_rate = i32::try_from(entry.matrix.sample_rate).map_err(io::Error::other)?;
        let dtype = self.rows.values.dtype();
        // A long row is written alone: first the rows before it.
        if self.rows.values.bytes() + entry.n_values() * dtype.size() > 2 * BATCH {
            self.flush()?;
        }
        entry.for_each(dtype, |values| self.rows.values.append(values))?;
        self.rows.keys.push(entry.key.clone());
        self.rows.n_frames.push(n_frames);
        self.rows.sample_rates.push(sample_rate);
        self.rows.seconds.push(entry.matrix.seconds);
        if self.rows.values.bytes() >= BATCH {
            self.flush()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.flush()?;
        let Self { temporary, table, .. } = *self;
        table.finish()?;
        temporary.keep()
    }
}

impl Table for ArrowWriter<File> {
    fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        ArrowWriter::write(self, batch).map_err(of_parquet)?;
        ArrowWriter::flush(self).map_err(of_parquet)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        ArrowWriter::finish(&mut self).map(drop).map_err(of_parquet)
    }
}

impl Table for FileWriter<BufWriter<File>> {
    fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        FileWriter::write(self, batch).map_err(of_arrow)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        FileWriter::finish(&mut self).map_err(of_arrow)?;
        self.get_mut().flush()
    }
}

fn of_arrow(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        other => io::Error::other(other.to_string()),
    }
}

fn of_parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other.to_string()),
        },
        other => io::Error::other(other.to_string()),
    }
}
