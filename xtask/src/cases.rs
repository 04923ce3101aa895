//! The conformance cases as a flat text, for languages without a JSON library of their own.
//!
//! One thing a line, its parts separated by tabs:
//!
//! ```text
//! case  NAME KIND PRESET CALL      CALL is - but for refusals
//! option NAME VALUE
//! clip  INPUT N_SAMPLES EXPECTED N_MELS N_FRAMES ATOL RTOL MEAN_ABS
//! rows  ATOL …                     statistic: the bound of each row
//! error CODE DETAIL                refusal: the field, the name or the index; - for none
//! end
//! ```

use crate::Result;
use crate::workspace::Workspace;
use serde_json::Value;
use std::fmt::Write as _;

/// All cases.
pub fn flat(workspace: &Workspace) -> Result<String> {
    let list: Value = serde_json::from_str(&workspace.read("conformance/cases.json")?)?;
    let mut text = String::new();
    for case in list["cases"].as_array().ok_or("cases.json: no cases")? {
        let call = case.get("call").map_or("-", |call| call.as_str().unwrap_or("-"));
        let (name, kind) = (word(&case["name"])?, word(&case["kind"])?);
        writeln!(text, "case\t{name}\t{kind}\t{}\t{call}", word(&case["preset"])?)?;
        for (option, value) in case["options"].as_object().ok_or("a case without options")? {
            writeln!(text, "option\t{option}\t{}", word(value)?)?;
        }
        match case.get("clips").and_then(Value::as_array) {
            Some(clips) => clips.iter().try_for_each(|item| clip(&mut text, item))?,
            None if case.get("input").is_some() => clip(&mut text, case)?,
            None => {}
        }
        if let Some(rows) = case["bound"]["atol_per_row"].as_array() {
            text.push_str("rows");
            rows.iter().try_for_each(|row| write!(text, "\t{row}"))?;
            text.push('\n');
        }
        if let Some(error) = case.get("error") {
            let detail = ["field", "name", "index"].iter().find_map(|key| error.get(key));
            let detail = match detail {
                Some(Value::String(detail)) => detail.clone(),
                Some(detail) => detail.to_string(),
                None => "-".into(),
            };
            writeln!(text, "error\t{}\t{detail}", word(&error["code"])?)?;
        }
        text.push_str("end\n");
    }
    Ok(text)
}

fn clip(text: &mut String, item: &Value) -> Result {
    let number = |value: &Value| if value.is_number() { value.to_string() } else { "0".into() };
    let expected = item.get("expected").map_or(Ok("-"), word)?;
    write!(text, "clip\t{}\t{}\t{expected}", word(&item["input"])?, number(&item["n_samples"]))?;
    let bound = &item["bound"];
    for value in
        [&item["n_mels"], &item["n_frames"], &bound["atol"], &bound["rtol"], &bound["mean_abs"]]
    {
        write!(text, "\t{}", number(value))?;
    }
    text.push('\n');
    Ok(())
}

/// A text that can stand between tabs.
fn word(value: &Value) -> Result<&str> {
    let text = value.as_str().ok_or_else(|| format!("cases.json: {value} is no text"))?;
    if text.contains(['\t', '\n']) {
        return Err(format!("cases.json: {text:?} has a tab or a line feed").into());
    }
    Ok(text)
}
