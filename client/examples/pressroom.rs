//! Pressroom, which sets texts and is rented by tasks: each PDF that it
//! finishes is one. Called with where to write it; without a text on its
//! standard input the work fails, and costs nothing.

use std::io::Read;
use std::process::ExitCode;

use client::stop::Stop;

mod shared;

fn main() -> ExitCode {
    shared::end(export())
}

fn export() -> Result<(), Stop> {
    let path = std::env::args().nth(1).ok_or_else(|| Stop::refused("say where to write the PDF"))?;
    let mut app = shared::open("pressroom", "1.0.0")?;
    let mut task = app.task("export-pdf")?;
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    if text.trim().is_empty() {
        // Dropped without a commit, the task is aborted.
        return Err(Stop::refused("there is no text to set"));
    }
    std::fs::write(&path, pdf(text.trim()))?;
    match task.commit()? {
        Some(left) => println!("{path} is set; {left} more can be"),
        None => println!("{path} is set"),
    }
    Ok(())
}

/// One page with one line.
fn pdf(line: &str) -> String {
    let line: String = line.chars().filter(|sign| sign.is_ascii_alphanumeric() || *sign == ' ').collect();
    let page = format!("BT /F1 24 Tf 72 720 Td ({line}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let (mut text, mut places) = ("%PDF-1.4\n".to_owned(), Vec::new());
    for (number, object) in (1..).zip(&objects) {
        places.push(format!("{:010} 00000 n \n", text.len()));
        text.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = text.len();
    format!(
        "{text}xref\n0 6\n0000000000 65535 f \n{}trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
        places.concat()
    )
}
