//! A column of audio: which types it may have, and what is in each row.

use super::interface::{Array, Imported, Plain, Schema};
use crate::audio::Slice;

/// A row of the column.
pub enum Row<'a> {
    Null,
    Samples(Slice<'a>),
    /// The bytes of an audio file, and its name if the column has one.
    File(&'a [u8], Option<&'a str>),
    /// The path of an audio file.
    Path(&'a str),
    /// What is wrong with it.
    Bad(String),
}

/// What the values of a column are.
enum Kind {
    /// Arrow's type of nulls.
    Nothing,
    Lists(Elements, Ends),
    Bytes(Width),
    Text(Width),
    /// Structs with these parts, and their places.
    Files {
        bytes: Option<(usize, Width)>,
        path: Option<(usize, Width)>,
    },
}

#[derive(Clone, Copy)]
enum Elements {
    Floats,
    Integers,
}

/// Where the values of an element end.
#[derive(Clone, Copy)]
enum Ends {
    Offsets(Width),
    Every(usize),
}

#[derive(Clone, Copy)]
enum Width {
    Narrow,
    Wide,
}

/// What columns may have.
const ALLOWED: &str = "lists (list, large_list, fixed_size_list) of float32 or int16, audio files as binary or \
                       large_binary, their paths as string or large_string, or structs of bytes and path";

fn width(format: &str, narrow: &str, wide: &str) -> Option<Width> {
    match format {
        _ if format == narrow => Some(Width::Narrow),
        _ if format == wide => Some(Width::Wide),
        _ => None,
    }
}

fn kind(schema: &Schema) -> Option<Kind> {
    if schema.is_dictionary() {
        return None;
    }
    let format = schema.format();
    let children = schema.children();
    if format == "n" {
        return Some(Kind::Nothing);
    }
    if let Some(width) = width(format, "z", "Z") {
        return Some(Kind::Bytes(width));
    }
    if let Some(width) = width(format, "u", "U") {
        return Some(Kind::Text(width));
    }
    if format == "+s" {
        let place = |name| children.iter().position(|child| child.name() == name);
        // A part that no row has may have the type of nulls.
        let part = |name, narrow, wide| match place(name) {
            Some(place) if children[place].format() != "n" => {
                width(children[place].format(), narrow, wide).map(|width| Some((place, width)))
            }
            _ => Some(None),
        };
        let (bytes, path) = (part("bytes", "z", "Z")?, part("path", "u", "U")?);
        return place("bytes").or(place("path")).map(|_| Kind::Files { bytes, path });
    }
    let ends = match width(format, "+l", "+L") {
        Some(width) => Ends::Offsets(width),
        None => Ends::Every(format.strip_prefix("+w:")?.parse().ok()?),
    };
    let &[child] = children.as_slice() else { return None };
    let elements = match child.format() {
        "f" => Elements::Floats,
        "s" => Elements::Integers,
        _ => return None,
    };
    (!child.is_dictionary()).then_some(Kind::Lists(elements, ends))
}

/// The shape of the tensors in a column, if they have several axes: in memory they are lists of all values, which are
/// not one signal. Arrow's own type of tensors and Ray's write it as JSON.
fn shape(schema: &Schema) -> Option<&str> {
    let text = schema.metadata("ARROW:extension:metadata")?;
    let (start, end) = (text.find('[')?, text.find(']')?);
    text.get(start..=end).filter(|shape| shape.contains(','))
}

/// The rows of a column, or what its type is instead of those allowed.
pub fn rows(column: &Imported) -> Result<Vec<Row<'_>>, String> {
    if let Some(shape) = shape(&column.schema) {
        return Err(format!("column must have one signal in each row, got tensors of shape {shape}"));
    }
    let kind = kind(&column.schema).ok_or_else(|| {
        let schema = &column.schema;
        let children: Vec<_> = schema
            .children()
            .iter()
            .map(|child| format!("{} '{}'", child.name(), child.format()))
            .collect();
        let of =
            if children.is_empty() { String::new() } else { format!(" of {}", children.join(", ")) };
        let format = schema.format();
        let name = match format {
            "vu" => " (string_view)",
            "vz" => " (binary_view)",
            "+vl" => " (list_view)",
            "+vL" => " (large_list_view)",
            _ => "",
        };
        format!("column must have {ALLOWED}; got the Arrow format '{format}'{name}{of}")
    })?;
    let mut rows = Vec::new();
    for array in &column.arrays {
        append(array, &kind, &mut rows)
            .ok_or("column: a buffer of it is missing, not aligned or shorter than its offsets say")?;
    }
    Ok(rows)
}

fn append<'a>(array: &'a Array, kind: &Kind, rows: &mut Vec<Row<'a>>) -> Option<()> {
    let children = array.children();
    match *kind {
        Kind::Nothing => rows.extend((0..array.len()).map(|_| Row::Null)),
        Kind::Lists(elements, ends) => {
            let &[child] = children.as_slice() else { return None };
            for row in 0..array.len() {
                rows.push(if array.is_valid(row) {
                    let (start, count) = match ends {
                        Ends::Offsets(width) => range(array, width, row)?,
                        Ends::Every(size) => ((array.start() + row).checked_mul(size)?, size),
                    };
                    samples(child, elements, start, count)?
                } else {
                    Row::Null
                });
            }
        }
        Kind::Bytes(width) => {
            for row in 0..array.len() {
                rows.push(bytes(array, width, row)?.map_or(Row::Null, |bytes| Row::File(bytes, None)));
            }
        }
        Kind::Text(width) => {
            for row in 0..array.len() {
                rows.push(match bytes(array, width, row)? {
                    None => Row::Null,
                    Some(path) => text(path).map_or_else(not_text, Row::Path),
                });
            }
        }
        Kind::Files { bytes: data, path } => {
            for row in 0..array.len() {
                // The parts of a struct start where it does.
                let element = array.start() + row;
                let data = match data {
                    Some((place, width)) => bytes(children.get(place)?, width, element)?,
                    None => None,
                };
                let path = match path {
                    Some((place, width)) => bytes(children.get(place)?, width, element)?,
                    None => None,
                };
                let path = path.map(text);
                rows.push(match (data, path) {
                    _ if !array.is_valid(row) => Row::Null,
                    (Some(data), path) => Row::File(data, path.flatten()),
                    (None, Some(path)) => path.map_or_else(not_text, Row::Path),
                    (None, None) => Row::Bad("has neither bytes nor a path".into()),
                });
            }
        }
    }
    Some(())
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn not_text<'a>() -> Row<'a> {
    Row::Bad("the path is not UTF-8".into())
}

/// The samples of a list, in the array of all.
fn samples(child: &Array, elements: Elements, start: usize, count: usize) -> Option<Row<'_>> {
    let end = start.checked_add(count)?;
    if end > child.len() {
        return None;
    }
    if let Some(missing) = (start..end).find(|&sample| !child.is_valid(sample)) {
        return Some(Row::Bad(format!("sample {} is null", missing - start)));
    }
    // SAFETY: the format of the child says which numbers they are.
    Some(Row::Samples(unsafe {
        match elements {
            Elements::Floats => Slice::Floats(child.numbers(start, count)?),
            Elements::Integers => Slice::Integers(child.numbers(start, count)?),
        }
    }))
}

/// The bytes of an element; `Some(None)` if it is null.
fn bytes(array: &Array, width: Width, element: usize) -> Option<Option<&[u8]>> {
    if element >= array.len() {
        return None;
    }
    if !array.is_valid(element) {
        return Some(None);
    }
    let (start, count) = range(array, width, element)?;
    // SAFETY: the format says that there are bytes, and their places are those of the offsets.
    unsafe { array.bytes(start, count) }.map(Some)
}

/// Where an element starts among the values of all, and how many it has.
fn range(array: &Array, width: Width, element: usize) -> Option<(usize, usize)> {
    // SAFETY: `width` is that of the format.
    let [start, end] = unsafe {
        match width {
            Width::Narrow => pair(array.offsets::<i32>()?, element)?.map(i64::from),
            Width::Wide => pair(array.offsets::<i64>()?, element)?,
        }
    };
    let start = usize::try_from(start).ok()?;
    Some((start, usize::try_from(end).ok()?.checked_sub(start)?))
}

fn pair<T: Plain>(offsets: &[T], element: usize) -> Option<[T; 2]> {
    offsets.get(element..)?.first_chunk().copied()
}
