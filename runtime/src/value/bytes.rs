//! Bytes as text: base64, unless a field says otherwise.

use base64::{
    Engine as _,
    alphabet::URL_SAFE,
    engine::{
        DecodePaddingMode,
        general_purpose::{GeneralPurpose, NO_PAD, STANDARD},
    },
};
use bytes::Bytes;

use super::InvalidValue;

/// RFC 4648, section 5: written without padding, read with or without.
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, NO_PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// Reads a text in a field's format.
pub(crate) fn parse(text: &str, format: &str) -> Result<Bytes, InvalidValue> {
    match format {
        "hex" => from_hex(text).ok_or(InvalidValue::new("bytes in hexadecimal digits")),
        "base64url" => BASE64_URL.decode(text).map(Bytes::from).map_err(|_| InvalidValue::new("bytes in base64url")),
        _ => STANDARD.decode(text).map(Bytes::from).map_err(|_| InvalidValue::new("bytes in base64")),
    }
}

/// Writes them in a field's format.
pub(crate) fn format(bytes: &[u8], format: &str) -> String {
    match format {
        "hex" => hex(bytes),
        "base64url" => BASE64_URL.encode(bytes),
        _ => STANDARD.encode(bytes),
    }
}

/// Two digits for each byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

fn from_hex(text: &str) -> Option<Bytes> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| if let [high, low] = pair { Some(digit(high)? << 4 | digit(low)?) } else { None }).collect()
}

#[cfg(test)]
mod tests {
    use super::{format, parse};

    #[test]
    fn bytes_go_both_ways_in_each_format() {
        for (written, text) in [("", "+/8="), ("base64url", "-_8"), ("hex", "fbff")] {
            assert_eq!(format(&[0xfb, 0xff], written), text);
            assert_eq!(parse(text, written).unwrap(), [0xfb, 0xff][..]);
        }
        assert_eq!(parse("-_8=", "base64url").unwrap(), parse("FBfF", "hex").unwrap());
    }

    #[test]
    fn other_text_is_refused() {
        for (written, text) in [("", "-_8="), ("base64url", "+/8"), ("hex", "fbf"), ("hex", "zz"), ("hex", "ä")] {
            assert!(parse(text, written).is_err(), "{text} as {written}");
        }
    }
}
