//! The functions of the C library with their documentation in its header, for languages that declare them.

use super::capi::{HEADER, INTERFACE};
use crate::Result;
use crate::languages::c::interface::{self, Function};
use crate::workspace::Workspace;
use std::collections::HashMap;

/// The C library's declarations, as text.
pub struct Library {
    interface: String,
    header: String,
}

impl Library {
    pub fn read() -> Result<Self> {
        let workspace = Workspace::new();
        Ok(Self { interface: workspace.read(INTERFACE)?, header: workspace.read(HEADER)? })
    }

    /// Every function, and the lines of its documentation.
    pub fn functions(&self) -> Result<Vec<(Function<'_>, Vec<&str>)>> {
        let mut documented = HashMap::new();
        for part in self.header.split("/**").skip(1) {
            let Some((text, code)) = part.split_once("*/") else { continue };
            let head = code.split('(').next().unwrap_or(code);
            let name = head.rsplit([' ', '*', '\n']).next().unwrap_or(head);
            documented.insert(name, lines(text));
        }
        let functions = interface::functions(&self.interface)?.into_iter();
        functions
            .map(|function| match documented.remove(function.name) {
                Some(lines) => Ok((function, lines)),
                None => Err(format!("{HEADER} does not document {}", function.name).into()),
            })
            .collect()
    }

    /// The constants that are texts: a name and a text each.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.interface.lines().filter_map(|line| line.strip_prefix("text "));
        lines.filter_map(|line| line.split_once(' '))
    }

    /// The constants that are numbers: a name and a number each.
    pub fn numbers(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.interface.lines().filter_map(|line| line.strip_prefix("constant "));
        lines.filter_map(|line| line.split_once(' '))
    }

    /// The fields of a structure: a name and a type each.
    pub fn fields(&self, of: &str) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.interface.lines().filter_map(|line| line.strip_prefix("field "));
        let fields = lines.filter_map(move |line| line.strip_prefix(of)?.strip_prefix(' '));
        fields.filter_map(|field| {
            let mut words = field.split(' ');
            Some((words.next()?, words.next()?))
        })
    }
}

/// The lines of a documentation comment, without what marks it as one.
fn lines(comment: &str) -> Vec<&str> {
    let lines = comment.trim().lines().map(|line| line.trim_start().trim_start_matches('*'));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect()
}

/// The first sentence of a documentation.
pub fn first_sentence(lines: &[&str]) -> String {
    let paragraph: Vec<_> = lines.iter().take_while(|line| !line.is_empty()).copied().collect();
    let text = paragraph.join(" ");
    match text.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_is_found() {
        let library = Library {
            interface: "text A_B c-d\nconstant E -1\nfield S n size_t 0\nfield SS m int 0\nfunction void f(void)\n".into(),
            header: "/**\n * An enum.\n */\nenum E { A };\n\n/**\n * Does a\n * thing. And more.\n *\n *     f();\n */\nvoid f(void);\n".into(),
        };
        let functions = library.functions().unwrap();
        assert_eq!(functions[0].0.name, "f");
        assert_eq!(functions[0].1, ["Does a", "thing. And more.", "", "    f();"]);
        assert_eq!(first_sentence(&functions[0].1), "Does a thing.");
        assert_eq!(library.texts().collect::<Vec<_>>(), [("A_B", "c-d")]);
        assert_eq!(library.numbers().collect::<Vec<_>>(), [("E", "-1")]);
        assert_eq!(library.fields("S").collect::<Vec<_>>(), [("n", "size_t")]);
    }

    #[test]
    fn a_function_without_documentation_is_an_error() {
        let library = Library { interface: "function void f(void)\n".into(), header: String::new() };
        assert!(library.functions().is_err());
    }
}
