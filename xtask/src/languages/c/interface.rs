//! The functions that capi/abi/interface.txt lists, taken apart.

use crate::Result;

/// A function of the header.
pub struct Function<'a> {
    /// What it gives, as C writes it.
    pub gives: &'a str,
    pub name: &'a str,
    pub parameters: Vec<Parameter<'a>>,
    /// All of it, as C writes it.
    pub declaration: &'a str,
}

pub struct Parameter<'a> {
    /// Its type, as C writes it.
    pub kind: &'a str,
    pub name: &'a str,
}

impl Parameter<'_> {
    pub fn is_pointer(&self) -> bool {
        self.kind.ends_with('*')
    }
}

/// The functions of an interface.
pub fn functions(interface: &str) -> Result<Vec<Function<'_>>> {
    let declarations = interface.lines().filter_map(|line| line.strip_prefix("function "));
    declarations
        .map(|line| function(line).ok_or_else(|| format!("`{line}` is no function").into()))
        .collect()
}

fn function(declaration: &str) -> Option<Function<'_>> {
    let (head, rest) = declaration.split_once('(')?;
    let (gives, name) = split(head)?;
    let list = rest.strip_suffix(')')?;
    let list = if list == "void" { "" } else { list };
    let parameters = list.split(", ").filter(|parameter| !parameter.is_empty());
    let parameters = parameters
        .map(|parameter| split(parameter).map(|(kind, name)| Parameter { kind, name }))
        .collect::<Option<_>>()?;
    Some(Function { gives, name, parameters, declaration })
}

/// A type and the name after it.
fn split(text: &str) -> Option<(&str, &str)> {
    let at = text.rfind([' ', '*'])? + 1;
    Some((text[..at].trim_end(), &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_taken_apart() {
        let text = "struct A 4\nfunction const float *f(const float *const *a, size_t n)\nfunction A g(void)\n";
        let functions = functions(text).unwrap();
        assert_eq!((functions[0].gives, functions[0].name), ("const float *", "f"));
        let parameters: Vec<_> = functions[0].parameters.iter().map(|p| (p.kind, p.name)).collect();
        assert_eq!(parameters, [("const float *const *", "a"), ("size_t", "n")]);
        assert!(functions[0].parameters[0].is_pointer() && !functions[0].parameters[1].is_pointer());
        assert_eq!(
            (functions[1].gives, functions[1].name, functions[1].parameters.len()),
            ("A", "g", 0)
        );
        assert!(super::functions("function f\n").is_err());
    }
}
