//! Running programs: shown as a person would type them, and named in the error when they fail.

use std::fmt::Write;
use std::io::IsTerminal;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// Runs a program, its output going where ours goes.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    println!("{}", dim(&format!("$ {}", line(command))));
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// Runs a program silently and returns what it printed.
pub(crate) fn read(command: &mut Command) -> anyhow::Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed ({}):\n{}", line(command), output.status, said.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` printed no text", line(command)))
}

/// The longest argument that is shown whole. Longer ones are tokens, which no log should hold.
const SHOWN: usize = 200;

/// The command line, the program without its folder.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut line = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        let mut argument = argument.to_string_lossy();
        if let Some((end, _)) = argument.char_indices().nth(SHOWN) {
            argument = format!("{}…", argument.get(..end.min(20)).unwrap_or_default()).into();
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+%{}".contains(c);
        if !argument.is_empty() && argument.chars().all(plain) {
            let _ = write!(line, " {argument}");
        } else {
            let _ = write!(line, " '{}'", argument.replace('\'', r"'\''"));
        }
    }
    line
}

/// `text` in the background, where a terminal can show that.
pub(crate) fn dim(text: &str) -> String {
    if std::io::stdout().is_terminal() { format!("\u{1b}[2m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`; is {} installed?", line(command), command.get_program().display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_a_shell_would_take_it() {
        let mut command = Command::new("/opt/bin/aws");
        command.args(["s3", "mb", "s3://bucket", "--query", "Stacks[0]", "it's", ""]);
        assert_eq!(line(&command), r"aws s3 mb s3://bucket --query 'Stacks[0]' 'it'\''s' ''");
    }

    #[test]
    fn a_token_is_not_shown() {
        let mut command = Command::new("juchu");
        assert_eq!(
            line(command.arg(format!("{}SECRET", "x".repeat(SHOWN)))),
            format!("juchu '{}…'", "x".repeat(20))
        );
    }

    #[test]
    fn a_failure_names_the_command_and_what_it_said() {
        let error = read(Command::new("sh").args(["-c", "echo broken >&2; exit 3"])).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("sh -c") && error.contains("exit status: 3") && error.contains("broken"));
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = read(&mut Command::new("/nowhere/prog")).unwrap_err();
        assert!(error.to_string().contains("is /nowhere/prog installed?"));
    }
}
