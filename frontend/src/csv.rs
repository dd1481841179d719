//! Values of CSV files (RFC 4180), safe in spreadsheets.

/// Signs with which spreadsheets begin a formula, the wide ones of East Asian
/// keyboards among them.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A text as one value: quoted, and never taken for a formula by a
/// spreadsheet.
pub(crate) fn text(text: &str) -> String {
    let guard = if text.trim_start_matches(' ').starts_with(FORMULA) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreadsheets_see_texts_not_formulas() {
        for (given, value) in [
            ("plain", "\"plain\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("=1+1", "\"'=1+1\""),
            ("  =1+1", "\"'  =1+1\""),
            ("＝cmd|' /C calc'!A0", "\"'＝cmd|' /C calc'!A0\""),
            ("@SUM(A1)\n=2", "\"'@SUM(A1)\n=2\""),
            ("", "\"\""),
        ] {
            assert_eq!(text(given), value);
        }
    }
}
