//! A picture that was drawn with the plan, put into the page.
//!
//! It is a file like any other: it is taken apart, and nothing gets in that the pictures of this program do not have.

use std::fmt::Write as _;

use maud::{Markup, PreEscaped};

const ELEMENTS: &str = "svg title style defs marker path rect g text";
const ATTRIBUTES: &str = "class d fill height id markerHeight markerUnits markerWidth marker-end orient refX refY rx \
                          text-anchor transform viewBox width x xmlns y";

fn is_among(word: &str, words: &str) -> bool {
    words.split(' ').any(|known| known == word)
}

/// The picture; nothing if this program did not draw it. Its identifiers get a prefix, and its style is the page's.
pub fn inline(svg: &str, prefix: &str) -> Option<Markup> {
    let mut out = String::with_capacity(svg.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg.trim();
    while !rest.is_empty() {
        let tag = rest.find('<')?;
        let text = &rest[..tag];
        if !is_text(text) || open.is_empty() && !text.is_empty() {
            return None;
        }
        if open.last() != Some(&"style") {
            out.push_str(text);
        }
        let end = tag + rest[tag..].find('>')?;
        let inner = &rest[tag + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = inner.strip_prefix('/') {
            if open.pop() != Some(name) {
                return None;
            }
            if name != "style" {
                let _ = write!(out, "</{name}>");
            }
            // There is one picture, and nothing behind it.
            if open.is_empty() && !rest.is_empty() {
                return None;
            }
            continue;
        }
        let (inner, is_empty) = inner.strip_suffix('/').map_or((inner, false), |inner| (inner, true));
        let (name, attributes) = inner.split_once(' ').unwrap_or((inner, ""));
        let is_first = open.is_empty();
        if !is_among(name, ELEMENTS) || is_first != (name == "svg") {
            return None;
        }
        let attributes = attributes_of(attributes, prefix)?;
        if name != "style" {
            let role = if is_first { " role=\"img\"" } else { "" };
            let _ = write!(out, "<{name}{role}{attributes}{}>", if is_empty { "/" } else { "" });
        }
        if !is_empty {
            open.push(name);
        }
    }
    (open.is_empty() && !out.is_empty()).then_some(PreEscaped(out))
}

fn attributes_of(text: &str, prefix: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        if !is_among(name, ATTRIBUTES) || !is_text(value) {
            return None;
        }
        let value = match name {
            "id" => format!("{prefix}-{value}"),
            "marker-end" => format!("url(#{prefix}-{}", value.strip_prefix("url(#")?),
            _ if value.contains("url") => return None,
            _ => value.to_owned(),
        };
        let _ = write!(out, " {name}=\"{value}\"");
        rest = after.trim_start();
    }
    Some(out)
}

/// Whether it is text in which nothing is open.
fn is_text(text: &str) -> bool {
    let entities = ["amp;", "lt;", "gt;", "quot;", "#39;"];
    !text.contains(['<', '>'])
        && text.split('&').skip(1).all(|after| entities.iter().any(|entity| after.starts_with(entity)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inlined(svg: &str) -> Option<String> {
        inline(svg, "p").map(PreEscaped::into_string)
    }

    #[test]
    fn a_picture_gets_identifiers_of_its_own_and_the_style_of_the_page() {
        let svg = "<svg width=\"1\"><title>a &amp; b</title><style>text{}</style><defs><marker id=\"to-red\"/></defs>\
                   <path marker-end=\"url(#to-red)\" d=\"M0 0\"/></svg>\n";
        assert_eq!(
            inlined(svg).unwrap(),
            "<svg role=\"img\" width=\"1\"><title>a &amp; b</title><defs><marker id=\"p-to-red\"/></defs>\
             <path marker-end=\"url(#p-to-red)\" d=\"M0 0\"/></svg>"
        );
    }

    #[test]
    fn nothing_else_gets_in() {
        for bad in [
            "",
            "text",
            "<svg>",
            "<svg></g></svg>",
            "<svg></svg><svg></svg>",
            "<svg></svg>text",
            "<g></g>",
            "<svg><script>1</script></svg>",
            "<svg onload=\"1\"></svg>",
            "<svg><image href=\"http://a/\"/></svg>",
            "<svg fill=\"url(http://a/)\"></svg>",
            "<svg><path marker-end=\"url(http://a/)\"/></svg>",
            "<svg>a > b</svg>",
            "<svg>&nbsp;</svg>",
            "<svg width=1></svg>",
            "<svg><!-- a --></svg>",
        ] {
            assert!(inlined(bad).is_none(), "{bad}");
        }
    }
}
