//! Reading, measured on the test sets of two open libraries.

use super::*;

fn rows(csv: &str) -> Vec<[String; 4]> {
    let mut found = Vec::new();
    for record in csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(csv.as_bytes()).records() {
        let record = record.unwrap();
        found.push([0, 1, 2, 3].map(|i| record[i].to_owned()));
    }
    found
}

#[test]
fn fixtures() {
    for entry in std::fs::read_dir("/work/shared/fixtures/address").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "csv") {
            continue;
        }
        let rows = rows(&std::fs::read_to_string(&path).unwrap());
        let mut good = 0;
        for [text, prefecture, city, town] in &rows {
            let reading = read(text, None);
            if (&reading.prefecture, &reading.city, &reading.town) == (prefecture, city, town) {
                good += 1
            } else {
                println!(
                    "  {text} want {prefecture}|{city}|{town} got {}|{}|{}|{}|{} {:?}",
                    reading.prefecture,
                    reading.city,
                    reading.town,
                    reading.block,
                    reading.building,
                    reading.steps
                );
            }
            let again = read(&reading.one_line(), None);
            if (&again.prefecture, &again.city, &again.town, again.rest())
                != (&reading.prefecture, &reading.city, &reading.town, reading.rest())
            {
                println!(
                    "UNSTABLE {text} -> {} -> {}|{}|{}",
                    reading.one_line(),
                    again.town,
                    again.block,
                    again.building
                );
            }
        }
        println!("== {} {good} of {}", path.file_name().unwrap().to_string_lossy(), rows.len());
    }
}
