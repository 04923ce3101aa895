//! Plain text in columns.

/// Rows of cells, each column as wide as its widest cell; the first row is the heading.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in rows {
        let line: String =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}  ")).collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Rows of cells as a table of Markdown; the first row is the heading.
pub fn markdown<const N: usize>(rows: &[[String; N]]) -> String {
    let line = |cells: &[String; N]| format!("| {} |\n", cells.join(" | "));
    let Some((heading, rest)) = rows.split_first() else { return String::new() };
    let rule = format!("|{}\n", "---|".repeat(N));
    format!("{}{rule}{}", line(heading), rest.iter().map(line).collect::<String>())
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "bb", ""], ["ccc", "d", "é"]].map(|row| row.map(String::from));
        assert_eq!(super::columns(&rows), "a    bb\nccc  d   é\n");
    }
}
