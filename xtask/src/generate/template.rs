//! Generated files as templates: `xtask/templates/PATH.in` is the file PATH with places such as `{{options}}`.

use crate::Result;
use crate::workspace::Workspace;

/// The text of a generated file, with its places filled. A place that has a line to itself takes the line feed of what
/// fills it.
pub fn fill(path: &str, places: &[(&str, String)]) -> Result<String> {
    let name = format!("xtask/templates/{path}.in");
    filled(&Workspace::new().read(&name)?, places).map_err(|place| {
        format!("{name}: {{{{{place}}}}} must be a place in the template and have a text").into()
    })
}

/// The filled template; or the place that only one side knows.
fn filled(template: &str, places: &[(&str, String)]) -> std::result::Result<String, String> {
    let mut known = vec![false; places.len()];
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let name = after.split_once("}}").filter(|(name, _)| is_name(name));
        let Some((name, after)) = name else {
            // Braces of the language itself.
            text.push_str("{{");
            rest = after;
            continue;
        };
        let at = places.iter().position(|(place, _)| *place == name).ok_or(name)?;
        known[at] = true;
        let lines = &places[at].1;
        text.push_str(lines);
        let is_alone = before.is_empty() || before.ends_with('\n');
        let ends = lines.is_empty() || lines.ends_with('\n');
        rest = after.strip_prefix('\n').filter(|_| is_alone && ends).unwrap_or(after);
    }
    text.push_str(rest);
    match known.iter().position(|known| !known) {
        Some(at) => Err(places[at].0.into()),
        None => Ok(text),
    }
}

fn is_name(name: &str) -> bool {
    let is_part = |letter: u8| letter.is_ascii_alphanumeric() || b"-_".contains(&letter);
    !name.is_empty() && name.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled() {
        let places = [("lines", "a\nb\n".to_string()), ("word", "c".into()), ("none", String::new())];
        let text = filled("start\n{{lines}}\n{{none}}\n[{{word}}, {{word}}] {{\n}}\n", &places);
        assert_eq!(text.as_deref(), Ok("start\na\nb\n[c, c] {{\n}}\n"));
    }

    #[test]
    fn a_place_without_its_other_side_is_an_error() {
        assert_eq!(filled("{{a}}", &[]), Err("a".into()));
        assert_eq!(filled("", &[("b", String::new())]), Err("b".into()));
    }
}
