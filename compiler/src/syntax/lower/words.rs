//! Grammar rules in words, for saying what was expected.

use super::Rule;

/// The keywords that a rule starts with: candidates for a misspelled word.
pub(super) fn keywords(rule: Rule) -> &'static [&'static str] {
    match rule {
        Rule::on | Rule::fails_on => &["on"],
        Rule::life => &["deprecated"],
        Rule::since => &["since"],
        Rule::sunset => &["sunset"],
        Rule::successor => &["use"],
        Rule::api_wire | Rule::at => &["at"],
        Rule::with => &["with"],
        Rule::from => &["from"],
        Rule::style => &["style"],
        Rule::explode => &["explode", "joined"],
        Rule::union_by | Rule::limit_headers => &["by"],
        Rule::send_header | Rule::served_header | Rule::cost_header | Rule::retry_header | Rule::page_header | Rule::wire_header => {
            &["header"]
        }
        Rule::send_query => &["query"],
        Rule::send_cookie => &["cookie"],
        Rule::send_bearer => &["bearer"],
        Rule::send_basic => &["basic"],
        Rule::send => &["header", "query", "cookie", "bearer", "basic"],
        Rule::headers_word => &["headers"],
        Rule::limit_remaining => &["remaining"],
        Rule::limit_reset => &["reset"],
        Rule::points => &["points"],
        Rule::cost_read => &["read"],
        Rule::concurrent => &["concurrent"],
        Rule::limit_window => &["per"],
        Rule::per_connection => &["per connection"],
        Rule::limit_count => &["per", "concurrent", "points"],
        Rule::moving => &["moving"],
        Rule::connection_word => &["connection"],
        Rule::honour => &["honour"],
        Rule::retry => &["safe", "idempotent", "never", "key"],
        Rule::retry_key => &["key"],
        Rule::fails_when => &["when"],
        Rule::fails_code | Rule::script_code => &["code"],
        Rule::fails_message => &["message"],
        Rule::present => &["present"],
        Rule::outside => &["outside"],
        Rule::within_api => &["inside"],
        Rule::wait | Rule::wait_every => &["every"],
        Rule::wait_up_to => &["up to"],
        Rule::wait_until => &["until"],
        Rule::wait_status => &["status"],
        Rule::wait_fails => &["fails"],
        Rule::wait_when => &["when"],
        Rule::wait_code => &["code"],
        Rule::wait_message => &["message"],
        Rule::wait_most => &["at most"],
        Rule::times_word => &["times"],
        Rule::items_named => &["by name"],
        Rule::items_end => &["end"],
        Rule::items_resume => &["resume"],
        Rule::parts_size => &["of"],
        Rule::parts_multiple => &["multiple"],
        Rule::parts_next => &["next"],
        Rule::encoded => &["as"],
        Rule::nothing => &["nothing"],
        Rule::page_url => &["url"],
        Rule::test_call => &["call"],
        Rule::test_upgrade => &["upgrade"],
        Rule::test_from => &["from"],
        Rule::returning => &["returning"],
        Rule::in_place => &["in"],
        Rule::place => &["path", "query", "header", "cookie", "body"],
        Rule::page_was => &["was"],
        Rule::from_none => &["use"],
        Rule::none_word => &["none"],
        Rule::because => &["because"],
        Rule::sends_body => &["body"],
        Rule::pattern => &["pattern"],
        Rule::format => &["format"],
        Rule::unique => &["unique"],
        Rule::closed => &["closed"],
        Rule::cursor_time => &["time"],
        Rule::cursor_id => &["id"],
        Rule::lookback => &["lookback"],
        Rule::by_header => &["by"],
        Rule::delivered_when => &["when"],
        Rule::delivery_part | Rule::sent_part => &["header", "query", "claim"],
        Rule::part_header => &["header"],
        Rule::part_query => &["query"],
        Rule::part_claim => &["claim"],
        Rule::split_by => &["split"],
        Rule::after => &["after"],
        Rule::sent_as => &["as"],
        Rule::within => &["within"],
        Rule::challenge_answer => &["answer"],
        Rule::renew_before => &["before"],
        Rule::descending => &["descending"],
        _ => &[],
    }
}

/// What a rule looks like where it has no keyword.
fn shape(rule: Rule, statement: &str) -> String {
    let words = match rule {
        Rule::word | Rule::field_name => "a name",
        Rule::grant => "a grant such as `code`",
        Rule::string => "a string in double quotes",
        Rule::path => "a name",
        Rule::number => "a number",
        Rule::count => "a whole number",
        Rule::reset_kind => "`epoch`, `delta` or `date`",
        Rule::date => "a date such as `2026-05-08`",
        Rule::duration => "a length of time such as `10s`",
        Rule::status => "a status such as `404` or `4xx`",
        Rule::revision => "a revision such as `@1`",
        Rule::version | Rule::on_part => "an API version",
        Rule::case => "a spelling of names such as `camelCase`",
        Rule::method => "a method such as `GET`",
        Rule::open => "`{`",
        Rule::colon if statement == "member" => "`:`",
        Rule::colon => "`:` and a type",
        Rule::equals | Rule::variant_value | Rule::old_value | Rule::remap_from => "`=`",
        Rule::arrow | Rule::answer => "`->`",
        Rule::step_name => "a name and `=`",
        Rule::step_value | Rule::step_given => "a value such as `ticket.url`",
        Rule::step_members => "`{`",
        Rule::step_list => "a list",
        Rule::wait_condition => "a condition such as `status = finished`",
        Rule::wait_times => "a number and `times`",
        Rule::parts_by => "a way to send it in parts such as `content_range`",
        Rule::byte_count => "a size such as `10MiB`",
        Rule::removed_field => "`:` and the type it had",
        Rule::move_call => "the method and path it had",
        Rule::move_place => "the place it had",
        Rule::move_path => "`->` and where it is now",
        Rule::wire_name => "a wire name in double quotes",
        Rule::merge_fields | Rule::merge_paths => "what became one",
        Rule::removed_item => "the item as it was",
        Rule::from_of => "another module or connection",
        Rule::output_path => "a path into the output such as `assignees[1].login`",
        Rule::output_gone => "`none` and why",
        Rule::optional => "`?`",
        Rule::default => "`=` and a default",
        Rule::bounds => "`(`",
        Rule::close_list => "`]`",
        Rule::close_angle => "`>`",
        Rule::type_expr | Rule::type_name => "a type",
        Rule::value | Rule::value_name => "a value",
        Rule::object => "an object",
        Rule::list => "a list",
        Rule::wire_path => "a path into the answer such as `data.items`",
        Rule::send_value => "a name or a string",
        Rule::client_key => "`{`",
        Rule::setting_value => "a name, a string or a length of time",
        Rule::between | Rule::at_most | Rule::at_least => "a range such as `1..255`",
        Rule::EOI => return format!("the next {statement}"),
        _ => return one(statement),
    };
    words.to_owned()
}

/// "a field", "an item"
fn one(statement: &str) -> String {
    let article = if statement.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {statement}")
}

/// "`at`, `as` or the next statement". Optional marks are left out where something compulsory is missing.
pub(super) fn list(expected: &[Rule], statement: &str) -> String {
    let compulsory: Vec<Rule> = expected.iter().copied().filter(|rule| is_compulsory(*rule)).collect();
    let goes_on = expected.contains(&Rule::EOI);
    let compulsory = if compulsory.contains(&Rule::colon) { vec![Rule::colon] } else { compulsory };
    let shown = if compulsory.is_empty() || goes_on { expected } else { &compulsory };
    let mut words: Vec<String> = Vec::new();
    for rule in shown.iter().filter(|rule| **rule != Rule::EOI) {
        let known = keywords(*rule);
        let new = if known.is_empty() { vec![shape(*rule, statement)] } else { known.iter().map(|word| format!("`{word}`")).collect() };
        words.extend(new);
    }
    if goes_on {
        words.push(shape(Rule::EOI, statement));
    }
    let mut seen: Vec<String> = Vec::new();
    words.retain(|word| {
        let new = !seen.contains(word);
        seen.push(word.clone());
        new
    });
    match &words[..] {
        [] => one(statement),
        _ => join(&words),
    }
}

/// Whether a clause cannot be left out where it is tried.
pub(super) fn is_compulsory(rule: Rule) -> bool {
    !matches!(
        rule,
        Rule::on
            | Rule::life
            | Rule::sunset
            | Rule::with
            | Rule::from
            | Rule::style
            | Rule::explode
            | Rule::honour
            | Rule::moving
            | Rule::optional
            | Rule::revision
            | Rule::in_place
            | Rule::returning
            | Rule::wire_name
            | Rule::old_value
            | Rule::remap_from
            | Rule::from_of
            | Rule::doc
            | Rule::default
            | Rule::bounds
            | Rule::union_by
            | Rule::api_wire
            | Rule::closed
            | Rule::step_name
            | Rule::step_members
            | Rule::step_given
            | Rule::wait
            | Rule::wait_up_to
            | Rule::EOI
            | Rule::within_api
            | Rule::client_key
            | Rule::items_named
            | Rule::items_end
            | Rule::items_resume
            | Rule::parts_size
            | Rule::parts_multiple
            | Rule::parts_next
    )
}

/// "`a`, `b` and `c`"
pub(super) fn quoted(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    join(&words).replace(" or ", " and ")
}

fn join(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}
