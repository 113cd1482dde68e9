//! What a server calls a file.

/// The name in a `Content-Disposition` (RFC 6266). Only its last step: a server must not choose the folder.
pub(super) fn file_name(value: &str) -> Option<String> {
    let parameter = |wanted: &str| {
        value.split(';').skip(1).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    let extended = parameter("filename*").and_then(|value| {
        let encoded = value.get(..7).filter(|start| start.eq_ignore_ascii_case("utf-8''")).map(|_| &value[7..])?;
        percent_encoding::percent_decode_str(encoded).decode_utf8().ok().map(|name| name.into_owned())
    });
    let name = extended.or_else(|| parameter("filename"))?;
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).collect();
    (!matches!(clean.as_str(), "" | "." | "..")).then_some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_have_no_folder() {
        for (header, name) in [
            (r#"attachment; filename="plan.pdf""#, Some("plan.pdf")),
            (r#"attachment; filename="../../etc/passwd""#, Some("passwd")),
            (r#"attachment; filename="a\b.txt""#, Some("b.txt")),
            ("attachment; filename=x; filename*=UTF-8''na%C3%AFve%2Fx.txt", Some("x.txt")),
            (r#"attachment; filename="..""#, None),
            ("inline", None),
        ] {
            assert_eq!(file_name(header).as_deref(), name, "{header}");
        }
    }

    #[test]
    fn broken_names_stay_in_their_folder() {
        let good = [
            "attachment; filename=\"a b.pdf\"",
            "attachment; filename*=UTF-8''%e2%82%ac%20rates.pdf; filename=x",
            "inline; FileName=plain.txt",
        ];
        let pieces = ["../", "..\\", "%2f", "%5c", "%00", "\"", ";", "=", "'", "filename", "*", "/etc/passwd", "\u{e9}", "\r\n"];
        let mut named = 0;
        crate::fuzz::feed_text(27, &good, &pieces, |value| {
            if let Some(name) = file_name(value) {
                named += 1;
                assert!(!name.contains(['/', '\\']) && !name.contains(char::is_control), "{value}: {name}");
                assert!(!["", ".", ".."].contains(&name.as_str()), "{value}: {name}");
            }
        });
        assert!(named > 100, "{named} had a name: the changes are too coarse to test anything");
    }
}
