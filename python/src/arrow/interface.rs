//! Arrow's C data interface: the structs of its specification
//! (<https://arrow.apache.org/docs/format/CDataInterface.html>), taken from and handed to other libraries in
//! Python's capsules.
//!
//! A producer promises that the pointers of a struct are valid until its `release` is called, and that buffers
//! are as long as the format and the lengths say. Everything here relies on that promise and on nothing else;
//! what can be checked, such as offsets within a child's length, the readers of columns check.

use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::Arc;
use std::{ptr, slice};

const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";
const STREAM: &CStr = c"arrow_array_stream";

/// A field may have nulls.
const NULLABLE: i64 = 2;

/// The type of an array.
#[repr(C)]
pub struct Schema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut Schema,
    dictionary: *mut Schema,
    release: Option<unsafe extern "C" fn(*mut Schema)>,
    private_data: *mut c_void,
}

/// The values of an array.
#[repr(C)]
pub struct Array {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut Array,
    dictionary: *mut Array,
    release: Option<unsafe extern "C" fn(*mut Array)>,
    private_data: *mut c_void,
}

/// Arrays of one type, one after the other.
#[repr(C)]
struct Stream {
    get_schema: Option<unsafe extern "C" fn(*mut Stream, *mut Schema) -> c_int>,
    get_next: Option<unsafe extern "C" fn(*mut Stream, *mut Array) -> c_int>,
    get_last_error: Option<unsafe extern "C" fn(*mut Stream) -> *const c_char>,
    release: Option<unsafe extern "C" fn(*mut Stream)>,
    private_data: *mut c_void,
}

// SAFETY: the interface lets a consumer move a struct and call `release` from any thread.
unsafe impl Send for Schema {}
// SAFETY: as above.
unsafe impl Send for Array {}

impl Schema {
    const fn released() -> Self {
        Self {
            format: ptr::null(),
            name: ptr::null(),
            metadata: ptr::null(),
            flags: 0,
            n_children: 0,
            children: ptr::null_mut(),
            dictionary: ptr::null_mut(),
            release: None,
            private_data: ptr::null_mut(),
        }
    }

    /// The text that stands for the type.
    pub fn format(&self) -> &str {
        // SAFETY: the specification: a null-terminated string, as long as the struct isn't released.
        let text = (!self.format.is_null()).then(|| unsafe { CStr::from_ptr(self.format) });
        text.and_then(|text| text.to_str().ok()).unwrap_or_default()
    }

    /// The name of the field.
    pub fn name(&self) -> &str {
        // SAFETY: as in `format`.
        let text = (!self.name.is_null()).then(|| unsafe { CStr::from_ptr(self.name) });
        text.and_then(|text| text.to_str().ok()).unwrap_or_default()
    }

    /// A value of the field's metadata.
    pub fn metadata(&self, name: &str) -> Option<&str> {
        let mut at = self.metadata.cast::<u8>();
        if at.is_null() {
            return None;
        }
        // SAFETY: the specification: the number of pairs comes first, and stays as long as the struct isn't released.
        let count = unsafe { number(&mut at) };
        // SAFETY: the specification: then two texts for each pair.
        let mut pairs = (0..count).map(|_| unsafe { (text(&mut at), text(&mut at)) });
        let (_, value) = pairs.find(|(key, _)| *key == name.as_bytes())?;
        std::str::from_utf8(value).ok()
    }

    /// The types of the parts.
    pub fn children(&self) -> Vec<&Self> {
        // SAFETY: the specification: so many valid pointers, as long as the struct isn't released.
        unsafe { children(self.children, self.n_children) }
    }

    /// Whether values are places in a dictionary.
    pub fn is_dictionary(&self) -> bool {
        !self.dictionary.is_null()
    }
}

/// A number of a field's metadata, which ends where `at` is left.
///
/// # Safety
/// There is one at `at`.
unsafe fn number(at: &mut *const u8) -> usize {
    // SAFETY: the caller's; the specification promises no alignment.
    let number = unsafe { at.cast::<i32>().read_unaligned() };
    // SAFETY: as above: its end.
    *at = unsafe { at.add(size_of::<i32>()) };
    usize::try_from(number).unwrap_or(0)
}

/// A text of a field's metadata with its length before it, which ends where `at` is left.
///
/// # Safety
/// There is one at `at`, and it lives as long as the reference.
unsafe fn text<'a>(at: &mut *const u8) -> &'a [u8] {
    // SAFETY: the caller's.
    let length = unsafe { number(at) };
    // SAFETY: as above: it has that many bytes.
    let text = unsafe { slice::from_raw_parts(*at, length) };
    // SAFETY: as above: its end.
    *at = unsafe { at.add(length) };
    text
}

impl Array {
    const fn released() -> Self {
        Self {
            length: 0,
            null_count: 0,
            offset: 0,
            n_buffers: 0,
            n_children: 0,
            buffers: ptr::null_mut(),
            children: ptr::null_mut(),
            dictionary: ptr::null_mut(),
            release: None,
            private_data: ptr::null_mut(),
        }
    }

    pub fn len(&self) -> usize {
        usize::try_from(self.length).unwrap_or(0)
    }

    /// The parts.
    pub fn children(&self) -> Vec<&Self> {
        // SAFETY: as in `Schema::children`.
        unsafe { children(self.children, self.n_children) }
    }

    /// `count` values of a buffer from `start` on, both in values of its type, counted from the array's own start
    /// times `stride`. None if the buffer is missing or its address doesn't fit the type.
    ///
    /// # Safety
    /// The type of the array says that this buffer has values of type `T`, at least `(offset + len) · stride`
    /// rounded up for the last, and `start + count` is within them.
    unsafe fn values<T: Plain>(&self, buffer: usize, start: usize, count: usize) -> Option<&[T]> {
        if count == 0 {
            return Some(&[]);
        }
        let place = i64::try_from(buffer).ok().filter(|&place| place < self.n_buffers)?;
        // SAFETY: the specification: `n_buffers` pointers.
        let pointer = unsafe { *self.buffers.add(place as usize) }.cast::<T>();
        if pointer.is_null() || !pointer.is_aligned() {
            return None;
        }
        // SAFETY: the caller's; values don't change while the array isn't released.
        Some(unsafe { slice::from_raw_parts(pointer.add(start), count) })
    }

    /// The places of the values of each element, in a list, a string or bytes: one more than there are elements.
    ///
    /// # Safety
    /// The type of the array has offsets of type `T` in its second buffer.
    pub unsafe fn offsets<T: Plain>(&self) -> Option<&[T]> {
        if self.len() == 0 {
            return Some(&[]);
        }
        // SAFETY: the specification: offset + length + 1 offsets.
        unsafe { self.values(1, self.start(), self.len() + 1) }
    }

    /// Values of the array's second buffer, from an element on.
    ///
    /// # Safety
    /// The type of the array is a number of type `T`.
    pub unsafe fn numbers<T: Plain>(&self, start: usize, count: usize) -> Option<&[T]> {
        if start.checked_add(count)? > self.len() {
            return None;
        }
        // SAFETY: within offset + length values.
        unsafe { self.values(1, self.start() + start, count) }
    }

    /// Bytes of the array's third buffer.
    ///
    /// # Safety
    /// The type of the array is bytes or a string, and `start + count` is at most its last offset.
    pub unsafe fn bytes(&self, start: usize, count: usize) -> Option<&[u8]> {
        // SAFETY: the caller's: as many bytes as the last offset says.
        unsafe { self.values(2, start, count) }
    }

    /// Whether an element is there. All types that are read here have the bits of that first.
    pub fn is_valid(&self, element: usize) -> bool {
        let bit = self.start() + element;
        if self.null_count == 0 || element >= self.len() {
            return true;
        }
        // SAFETY: the specification: a bit for each of offset + length elements.
        let byte = unsafe { self.values::<u8>(0, bit / 8, 1) };
        byte.is_none_or(|byte| byte[0] >> (bit % 8) & 1 == 1)
    }

    /// Elements before the first, in the buffers and in the children of a struct or of lists of fixed size.
    pub fn start(&self) -> usize {
        usize::try_from(self.offset).unwrap_or(0)
    }
}

/// # Safety
/// There are so many pointers, each valid as long as the reference.
unsafe fn children<'a, T>(pointers: *mut *mut T, count: i64) -> Vec<&'a T> {
    let count = usize::try_from(count).unwrap_or(0);
    if pointers.is_null() {
        return Vec::new();
    }
    // SAFETY: the caller's.
    (0..count).filter_map(|place| unsafe { (*pointers.add(place)).as_ref() }).collect()
}

/// Types of which all bits are values.
pub trait Plain: Copy {}
impl Plain for u8 {}
impl Plain for i16 {}
impl Plain for i32 {}
impl Plain for i64 {}
impl Plain for f32 {}

/// A struct that its owner releases.
trait Owned {
    /// Whether that was done, or another owner has it: then its pointers may be to freed memory.
    fn is_released(&self) -> bool;
}

macro_rules! release_when_dropped {
    ($($kind:ty),+) => { $(
        impl Owned for $kind {
            fn is_released(&self) -> bool {
                self.release.is_none()
            }
        }

        impl Drop for $kind {
            fn drop(&mut self) {
                if let Some(release) = self.release {
                    // SAFETY: the specification: once, by the owner, who has not moved it elsewhere.
                    unsafe { release(self) };
                }
            }
        }
    )+ };
}
release_when_dropped!(Schema, Array, Stream);

/// Takes the struct out of a capsule, which is left released; refuses one that was taken before.
///
/// # Safety
/// A capsule of this name has a pointer to a `T`, as Arrow's specification says; `released` marks one that was
/// taken.
unsafe fn take<T: Owned>(
    capsule: &Bound<'_, PyAny>,
    name: &'static CStr,
    released: T,
) -> Result<T, Refusal> {
    let capsule = capsule.cast::<PyCapsule>().map_err(PyErr::from)?;
    let pointer = capsule.pointer_checked(Some(name))?.cast::<T>();
    // SAFETY: the caller's; Python's lock or the capsule's only user keeps others away.
    let taken = unsafe { ptr::replace(pointer.as_ptr(), released) };
    if taken.is_released() { Err(Refusal::Unreadable(TAKEN.into())) } else { Ok(taken) }
}

const TAKEN: &str = "it was already read, and can be read once only";

/// What another library has: a type and arrays of it.
pub struct Imported {
    pub schema: Schema,
    pub arrays: Vec<Array>,
}

/// Why a library's arrays can't be read.
pub enum Refusal {
    /// It has no such method.
    NoArrow,
    /// It failed.
    Python(PyErr),
    /// Its stream failed, or it was read before.
    Unreadable(String),
}

impl From<PyErr> for Refusal {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

/// The arrays of an object with `__arrow_c_stream__` or `__arrow_c_array__`.
pub fn import(column: &Bound<'_, PyAny>) -> Result<Imported, Refusal> {
    if column.hasattr("__arrow_c_array__")? {
        let (schema, array): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
            column.call_method0("__arrow_c_array__")?.extract()?;
        // SAFETY: the capsules of this method have these structs.
        let (schema, array) = unsafe {
            (take(&schema, SCHEMA, Schema::released())?, take(&array, ARRAY, Array::released())?)
        };
        return Ok(Imported { schema, arrays: vec![array] });
    }
    if !column.hasattr("__arrow_c_stream__")? {
        return Err(Refusal::NoArrow);
    }
    let capsule = column.call_method0("__arrow_c_stream__")?;
    let none = Stream {
        get_schema: None,
        get_next: None,
        get_last_error: None,
        release: None,
        private_data: ptr::null_mut(),
    };
    // SAFETY: the capsule of this method has this struct.
    let mut stream = unsafe { take(&capsule, STREAM, none)? };
    let mut schema = Schema::released();
    let mut arrays = Vec::new();
    let (Some(get_schema), Some(get_next)) = (stream.get_schema, stream.get_next) else {
        return Err(Refusal::Unreadable("its stream has no functions".into()));
    };
    // SAFETY: the specification: both are called with the stream and with room for a struct, which is released.
    if unsafe { get_schema(&mut stream, &mut schema) } != 0 {
        return Err(Refusal::Unreadable(last_error(&mut stream)));
    }
    loop {
        let mut array = Array::released();
        // SAFETY: as above.
        if unsafe { get_next(&mut stream, &mut array) } != 0 {
            return Err(Refusal::Unreadable(last_error(&mut stream)));
        }
        if array.release.is_none() {
            return Ok(Imported { schema, arrays });
        }
        arrays.push(array);
    }
}

fn last_error(stream: &mut Stream) -> String {
    // SAFETY: the specification: after a call that failed, a string that is valid until the next call, or null.
    let text = stream.get_last_error.map(|get| unsafe { get(stream) });
    let text = text.filter(|text| !text.is_null());
    // SAFETY: as above.
    text.map_or_else(
        || "no reason".into(),
        |text| unsafe { CStr::from_ptr(text) }.to_string_lossy().into(),
    )
}

/// An array to hand out, with its type.
pub struct Node {
    pub format: CString,
    pub name: CString,
    pub length: usize,
    pub null_count: usize,
    /// None where all elements are there.
    pub validity: Option<Vec<u8>>,
    pub buffers: Vec<Buffer>,
    pub children: Vec<Arc<Node>>,
}

/// A buffer of values.
pub enum Buffer {
    Bytes(Vec<u8>),
    Offsets(Vec<i32>),
    Integers(Vec<i64>),
    Floats(Vec<f32>),
}

impl Buffer {
    fn address(&self) -> *const c_void {
        match self {
            Self::Bytes(values) => values.as_ptr().cast(),
            Self::Offsets(values) => values.as_ptr().cast(),
            Self::Integers(values) => values.as_ptr().cast(),
            Self::Floats(values) => values.as_ptr().cast(),
        }
    }
}

/// What a schema that was handed out points to.
struct SchemaHold {
    _node: Arc<Node>,
    children: Vec<*mut Schema>,
}

/// What an array that was handed out points to.
struct ArrayHold {
    _node: Arc<Node>,
    buffers: Vec<*const c_void>,
    children: Vec<*mut Array>,
}

/// The type of a node, as a struct of the interface.
fn schema(node: &Arc<Node>) -> Schema {
    let children = node.children.iter().map(|child| Box::into_raw(Box::new(schema(child)))).collect();
    let mut hold = Box::new(SchemaHold { _node: Arc::clone(node), children });
    Schema {
        format: node.format.as_ptr(),
        name: node.name.as_ptr(),
        metadata: ptr::null(),
        flags: NULLABLE,
        n_children: hold.children.len() as i64,
        children: hold.children.as_mut_ptr(),
        dictionary: ptr::null_mut(),
        release: Some(release_schema),
        private_data: Box::into_raw(hold).cast(),
    }
}

/// The values of a node, as a struct of the interface. Nothing is copied.
fn array(node: &Arc<Node>) -> Array {
    let validity = node.validity.as_ref().map_or(ptr::null(), |bits| bits.as_ptr().cast());
    let buffers = [validity].into_iter().chain(node.buffers.iter().map(Buffer::address)).collect();
    let children = node.children.iter().map(|child| Box::into_raw(Box::new(array(child)))).collect();
    let mut hold = Box::new(ArrayHold { _node: Arc::clone(node), buffers, children });
    Array {
        length: node.length as i64,
        null_count: node.null_count as i64,
        offset: 0,
        n_buffers: hold.buffers.len() as i64,
        n_children: hold.children.len() as i64,
        buffers: hold.buffers.as_mut_ptr(),
        children: hold.children.as_mut_ptr(),
        dictionary: ptr::null_mut(),
        release: Some(release_array),
        private_data: Box::into_raw(hold).cast(),
    }
}

/// # Safety
/// A struct of `schema`, not released.
unsafe extern "C" fn release_schema(released: *mut Schema) {
    // SAFETY: the caller's: the pointers are those that `schema` made. A child that was moved elsewhere is
    // marked as released, so that dropping it does nothing.
    unsafe {
        let hold = Box::from_raw((*released).private_data.cast::<SchemaHold>());
        hold.children.iter().for_each(|&child| drop(Box::from_raw(child)));
        (*released).release = None;
    }
}

/// # Safety
/// A struct of `array`, not released.
unsafe extern "C" fn release_array(released: *mut Array) {
    // SAFETY: as in `release_schema`.
    unsafe {
        let hold = Box::from_raw((*released).private_data.cast::<ArrayHold>());
        hold.children.iter().for_each(|&child| drop(Box::from_raw(child)));
        (*released).release = None;
    }
}

/// A capsule with the type of a node.
pub fn schema_capsule<'py>(py: Python<'py>, node: &Arc<Node>) -> PyResult<Bound<'py, PyCapsule>> {
    PyCapsule::new_with_value(py, schema(node), SCHEMA)
}

/// A capsule with the values of a node.
pub fn array_capsule<'py>(py: Python<'py>, node: &Arc<Node>) -> PyResult<Bound<'py, PyCapsule>> {
    PyCapsule::new_with_value(py, array(node), ARRAY)
}
