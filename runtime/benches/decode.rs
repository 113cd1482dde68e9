//! How long it takes to decode an array of records like GitHub's repositories and a page of projects like Workfront's, by tables and by
//! serde derive, with keys in declared and in shuffled order: `cargo bench -p linchpin-runtime --bench decode`.
#![recursion_limit = "512"]
#![allow(missing_docs, unreachable_pub, dead_code, reason = "the types are only for the bench")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use linchpin_runtime::shape::{Names, Shaped, decode_json};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

mod tables {
    use linchpin_runtime::__codegen_v1 as lp;

    lp::structure! {
        pub struct Owner "Owner" {
            pub login: String = "login!";
            pub id: i64 = "id!";
            pub node_id: String = "node_id!";
            pub avatar_url: String = "avatar_url!";
            pub gravatar_id: String = "gravatar_id!";
            pub url: String = "url!";
            pub html_url: String = "html_url!";
            pub followers_url: String = "followers_url!";
            pub following_url: String = "following_url!";
            pub gists_url: String = "gists_url!";
            pub starred_url: String = "starred_url!";
            pub subscriptions_url: String = "subscriptions_url!";
            pub organizations_url: String = "organizations_url!";
            pub repos_url: String = "repos_url!";
            pub events_url: String = "events_url!";
            pub received_events_url: String = "received_events_url!";
            pub site_admin: bool = "site_admin!";
        }
    }
    lp::structure! {
        pub struct Repository "Repository" {
            pub blobs_url: String = "blobs_url!";
            pub issue_events_url: String = "issue_events_url!";
            pub homepage: Option<String> = "homepage";
            pub owner: Owner = "owner!";
            pub url: String = "url!";
            pub milestones_url: String = "milestones_url!";
            pub mirror_url: Option<String> = "mirror_url";
            pub issue_comment_url: String = "issue_comment_url!";
            pub forks_count: i64 = "forks_count!";
            pub assignees_url: String = "assignees_url!";
            pub pulls_url: String = "pulls_url!";
            pub forks: i64 = "forks!";
            pub language: Option<String> = "language";
            pub html_url: String = "html_url!";
            pub full_name: String = "full_name!";
            pub contents_url: String = "contents_url!";
            pub downloads_url: String = "downloads_url!";
            pub git_tags_url: String = "git_tags_url!";
            pub tags_url: String = "tags_url!";
            pub has_wiki: bool = "has_wiki!";
            pub allow_squash_merge: bool = "allow_squash_merge!";
            pub disabled: bool = "disabled!";
            pub node_id: String = "node_id!";
            pub languages_url: String = "languages_url!";
            pub temp_clone_token: Option<String> = "temp_clone_token";
            pub size: i64 = "size!";
            pub master_branch: Option<String> = "master_branch";
            pub network_count: i64 = "network_count!";
            pub description: Option<String> = "description";
            pub merge_commit_message: Option<String> = "merge_commit_message";
            pub has_projects: bool = "has_projects!";
            pub deployments_url: String = "deployments_url!";
            pub subscribers_url: String = "subscribers_url!";
            pub labels_url: String = "labels_url!";
            pub allow_merge_commit: bool = "allow_merge_commit!";
            pub fork: bool = "fork!";
            pub statuses_url: String = "statuses_url!";
            pub compare_url: String = "compare_url!";
            pub collaborators_url: String = "collaborators_url!";
            pub merges_url: String = "merges_url!";
            pub id: i64 = "id!";
            pub merge_commit_title: Option<String> = "merge_commit_title";
            pub ssh_url: String = "ssh_url!";
            pub subscription_url: String = "subscription_url!";
            pub has_pages: bool = "has_pages!";
            pub pushed_at: lp::DateTime = "pushed_at!";
            pub trees_url: String = "trees_url!";
            pub squash_merge_commit_title: Option<String> = "squash_merge_commit_title";
            pub has_downloads: bool = "has_downloads!";
            pub visibility: String = "visibility!";
            pub issues_url: String = "issues_url!";
            pub branches_url: String = "branches_url!";
            pub allow_forking: bool = "allow_forking!";
            pub updated_at: lp::DateTime = "updated_at!";
            pub open_issues_count: i64 = "open_issues_count!";
            pub web_commit_signoff_required: bool = "web_commit_signoff_required!";
            pub comments_url: String = "comments_url!";
            pub commits_url: String = "commits_url!";
            pub clone_url: String = "clone_url!";
            pub git_commits_url: String = "git_commits_url!";
            pub events_url: String = "events_url!";
            pub has_discussions: bool = "has_discussions!";
            pub squash_merge_commit_message: Option<String> = "squash_merge_commit_message";
            pub subscribers_count: i64 = "subscribers_count!";
            pub allow_rebase_merge: bool = "allow_rebase_merge!";
            pub forks_url: String = "forks_url!";
            pub svn_url: String = "svn_url!";
            pub watchers_count: i64 = "watchers_count!";
            pub allow_auto_merge: bool = "allow_auto_merge!";
            pub default_branch: String = "default_branch!";
            pub created_at: lp::DateTime = "created_at!";
            pub is_template: bool = "is_template!";
            pub keys_url: String = "keys_url!";
            pub git_refs_url: String = "git_refs_url!";
            pub releases_url: String = "releases_url!";
            pub notifications_url: String = "notifications_url!";
            pub delete_branch_on_merge: bool = "delete_branch_on_merge!";
            pub open_issues: i64 = "open_issues!";
            pub teams_url: String = "teams_url!";
            pub git_url: String = "git_url!";
            pub contributors_url: String = "contributors_url!";
            pub stargazers_count: i64 = "stargazers_count!";
            pub watchers: i64 = "watchers!";
            pub private: bool = "private!";
            pub archived: bool = "archived!";
            pub archive_url: String = "archive_url!";
            pub stargazers_url: String = "stargazers_url!";
            pub has_issues: bool = "has_issues!";
            pub hooks_url: String = "hooks_url!";
            pub name: String = "name!";
            pub topics: Vec<String> = "topics!";
        }
    }
    lp::structure! {
        pub struct Project "Project" {
            pub id: String = "id! ID";
            pub name: String = "name!";
            pub obj_code: String = "obj_code! objCode";
            pub status: Option<String> = "status";
            pub percent_complete: f64 = "percent_complete! percentComplete";
            pub priority: i64 = "priority!";
            pub planned_start_date: lp::DateTime = "planned_start_date! plannedStartDate" "format %Y-%m-%dT%H:%M:%S:%3f%z";
            pub planned_completion_date: lp::DateTime = "planned_completion_date! plannedCompletionDate" "format %Y-%m-%dT%H:%M:%S:%3f%z";
            pub projected_completion_date: lp::DateTime = "projected_completion_date! projectedCompletionDate" "format %Y-%m-%dT%H:%M:%S:%3f%z";
            pub last_update_date: lp::DateTime = "last_update_date! lastUpdateDate" "format %Y-%m-%dT%H:%M:%S:%3f%z";
            pub owner_id: Option<String> = "owner_id ownerID";
            pub description: Option<String> = "description";
            pub condition: Option<String> = "condition";
            pub budget: f64 = "budget!";
            pub is_active: bool = "is_active! isActive";
            pub tags: Vec<String> = "tags!";
        }
    }
}

mod derived {
    use serde::Deserialize;

    #[derive(Deserialize)]
    pub struct Owner {
        pub login: String,
        pub id: i64,
        pub node_id: String,
        pub avatar_url: String,
        pub gravatar_id: String,
        pub url: String,
        pub html_url: String,
        pub followers_url: String,
        pub following_url: String,
        pub gists_url: String,
        pub starred_url: String,
        pub subscriptions_url: String,
        pub organizations_url: String,
        pub repos_url: String,
        pub events_url: String,
        pub received_events_url: String,
        pub site_admin: bool,
    }
    #[derive(Deserialize)]
    pub struct Repository {
        pub blobs_url: String,
        pub issue_events_url: String,
        pub homepage: Option<String>,
        pub owner: Owner,
        pub url: String,
        pub milestones_url: String,
        pub mirror_url: Option<String>,
        pub issue_comment_url: String,
        pub forks_count: i64,
        pub assignees_url: String,
        pub pulls_url: String,
        pub forks: i64,
        pub language: Option<String>,
        pub html_url: String,
        pub full_name: String,
        pub contents_url: String,
        pub downloads_url: String,
        pub git_tags_url: String,
        pub tags_url: String,
        pub has_wiki: bool,
        pub allow_squash_merge: bool,
        pub disabled: bool,
        pub node_id: String,
        pub languages_url: String,
        pub temp_clone_token: Option<String>,
        pub size: i64,
        pub master_branch: Option<String>,
        pub network_count: i64,
        pub description: Option<String>,
        pub merge_commit_message: Option<String>,
        pub has_projects: bool,
        pub deployments_url: String,
        pub subscribers_url: String,
        pub labels_url: String,
        pub allow_merge_commit: bool,
        pub fork: bool,
        pub statuses_url: String,
        pub compare_url: String,
        pub collaborators_url: String,
        pub merges_url: String,
        pub id: i64,
        pub merge_commit_title: Option<String>,
        pub ssh_url: String,
        pub subscription_url: String,
        pub has_pages: bool,
        pub pushed_at: jiff::Timestamp,
        pub trees_url: String,
        pub squash_merge_commit_title: Option<String>,
        pub has_downloads: bool,
        pub visibility: String,
        pub issues_url: String,
        pub branches_url: String,
        pub allow_forking: bool,
        pub updated_at: jiff::Timestamp,
        pub open_issues_count: i64,
        pub web_commit_signoff_required: bool,
        pub comments_url: String,
        pub commits_url: String,
        pub clone_url: String,
        pub git_commits_url: String,
        pub events_url: String,
        pub has_discussions: bool,
        pub squash_merge_commit_message: Option<String>,
        pub subscribers_count: i64,
        pub allow_rebase_merge: bool,
        pub forks_url: String,
        pub svn_url: String,
        pub watchers_count: i64,
        pub allow_auto_merge: bool,
        pub default_branch: String,
        pub created_at: jiff::Timestamp,
        pub is_template: bool,
        pub keys_url: String,
        pub git_refs_url: String,
        pub releases_url: String,
        pub notifications_url: String,
        pub delete_branch_on_merge: bool,
        pub open_issues: i64,
        pub teams_url: String,
        pub git_url: String,
        pub contributors_url: String,
        pub stargazers_count: i64,
        pub watchers: i64,
        pub private: bool,
        pub archived: bool,
        pub archive_url: String,
        pub stargazers_url: String,
        pub has_issues: bool,
        pub hooks_url: String,
        pub name: String,
        pub topics: Vec<String>,
    }
    #[derive(Deserialize)]
    pub struct Project {
        #[serde(rename = "ID")]
        pub id: String,
        pub name: String,
        #[serde(rename = "objCode")]
        pub obj_code: String,
        pub status: Option<String>,
        #[serde(rename = "percentComplete")]
        pub percent_complete: f64,
        pub priority: i64,
        #[serde(rename = "plannedStartDate")]
        #[serde(with = "workfront_time")]
        pub planned_start_date: jiff::Timestamp,
        #[serde(rename = "plannedCompletionDate")]
        #[serde(with = "workfront_time")]
        pub planned_completion_date: jiff::Timestamp,
        #[serde(rename = "projectedCompletionDate")]
        #[serde(with = "workfront_time")]
        pub projected_completion_date: jiff::Timestamp,
        #[serde(rename = "lastUpdateDate")]
        #[serde(with = "workfront_time")]
        pub last_update_date: jiff::Timestamp,
        #[serde(rename = "ownerID")]
        pub owner_id: Option<String>,
        pub description: Option<String>,
        pub condition: Option<String>,
        pub budget: f64,
        #[serde(rename = "isActive")]
        pub is_active: bool,
        pub tags: Vec<String>,
    }

    /// Times as Workfront writes them, with the same library.
    mod workfront_time {
        use serde::{Deserialize, de::Error};

        pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<jiff::Timestamp, D::Error> {
            let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
            jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S:%3f%z", text.as_bytes())
                .and_then(|time| time.to_timestamp())
                .map_err(D::Error::custom)
        }
    }
}

fn main() {
    println!("{:<28} {:>8} {:>11} {:>11} {:>7}", "median of 21 runs", "bytes", "derive", "tables", "ratio");
    let repositories: Vec<Value> = (0..100).map(repository).collect();
    row::<tables::Repository, derived::Repository>("repositories, declared", &written(&repositories, false));
    row::<tables::Repository, derived::Repository>("repositories, shuffled", &written(&repositories, true));
    let projects: Vec<Value> = (0..500).map(project).collect();
    row::<tables::Project, derived::Project>("projects, declared", &written(&projects, false));
    row::<tables::Project, derived::Project>("projects, shuffled", &written(&projects, true));
}

/// Measures in turns, so that both see the same machine.
fn row<T: Shaped, D: DeserializeOwned>(name: &str, json: &[u8]) {
    let (mut by_derive, mut by_tables) = (Vec::new(), Vec::new());
    for _ in 0..21 {
        by_derive.push(time(|| serde_json::from_slice::<Vec<D>>(json).map(|items| black_box(items).len())));
        by_tables.push(time(|| decode_json::<Vec<T>>(json, Names::Wire).map(|items| black_box(items).len())));
    }
    let (by_derive, by_tables) = (median(by_derive), median(by_tables));
    let ratio = by_tables.as_secs_f64() / by_derive.as_secs_f64();
    println!("{name:<28} {:>8} {by_derive:>11.1?} {by_tables:>11.1?} {ratio:>7.2}", json.len());
}

fn time<E: std::fmt::Display>(decode: impl Fn() -> Result<usize, E>) -> Duration {
    let start = Instant::now();
    for _ in 0..10 {
        if let Err(error) = decode() {
            panic!("the bench's own data does not fit: {error}");
        }
    }
    start.elapsed() / 10
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The records as JSON; shuffled, each has its keys in an order of its own.
fn written(records: &[Value], shuffled: bool) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(3);
    let objects: Vec<String> = records.iter().map(|record| object(record, shuffled.then_some(&mut random))).collect();
    format!("[{}]", objects.join(",")).into_bytes()
}

fn object(record: &Value, random: Option<&mut fastrand::Rng>) -> String {
    let Value::Array(pairs) = record else { return record.to_string() };
    let mut members: Vec<String> = pairs.iter().map(|pair| format!("{}:{}", pair[0], pair[1])).collect();
    if let Some(random) = random {
        random.shuffle(&mut members);
    }
    format!("{{{}}}", members.join(","))
}

/// Members in declared order.
fn repository(number: i64) -> Value {
    json!([
        ["blobs_url", format!("https://api.github.example/repos/octo-org/repository-{number}/blobs_url")],
        ["issue_events_url", format!("https://api.github.example/repos/octo-org/repository-{number}/issue_events_url")],
        ["homepage", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["owner", owner(number)],
        ["url", format!("https://api.github.example/repos/octo-org/repository-{number}/url")],
        ["milestones_url", format!("https://api.github.example/repos/octo-org/repository-{number}/milestones_url")],
        ["mirror_url", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["issue_comment_url", format!("https://api.github.example/repos/octo-org/repository-{number}/issue_comment_url")],
        ["forks_count", number],
        ["assignees_url", format!("https://api.github.example/repos/octo-org/repository-{number}/assignees_url")],
        ["pulls_url", format!("https://api.github.example/repos/octo-org/repository-{number}/pulls_url")],
        ["forks", number],
        ["language", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["html_url", format!("https://api.github.example/repos/octo-org/repository-{number}/html_url")],
        ["full_name", format!("full_name-{number}")],
        ["contents_url", format!("https://api.github.example/repos/octo-org/repository-{number}/contents_url")],
        ["downloads_url", format!("https://api.github.example/repos/octo-org/repository-{number}/downloads_url")],
        ["git_tags_url", format!("https://api.github.example/repos/octo-org/repository-{number}/git_tags_url")],
        ["tags_url", format!("https://api.github.example/repos/octo-org/repository-{number}/tags_url")],
        ["has_wiki", number % 2 == 0],
        ["allow_squash_merge", number % 2 == 0],
        ["disabled", number % 2 == 0],
        ["node_id", format!("node_id-{number}")],
        ["languages_url", format!("https://api.github.example/repos/octo-org/repository-{number}/languages_url")],
        ["temp_clone_token", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["size", number],
        ["master_branch", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["network_count", number],
        ["description", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["merge_commit_message", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["has_projects", number % 2 == 0],
        ["deployments_url", format!("https://api.github.example/repos/octo-org/repository-{number}/deployments_url")],
        ["subscribers_url", format!("https://api.github.example/repos/octo-org/repository-{number}/subscribers_url")],
        ["labels_url", format!("https://api.github.example/repos/octo-org/repository-{number}/labels_url")],
        ["allow_merge_commit", number % 2 == 0],
        ["fork", number % 2 == 0],
        ["statuses_url", format!("https://api.github.example/repos/octo-org/repository-{number}/statuses_url")],
        ["compare_url", format!("https://api.github.example/repos/octo-org/repository-{number}/compare_url")],
        ["collaborators_url", format!("https://api.github.example/repos/octo-org/repository-{number}/collaborators_url")],
        ["merges_url", format!("https://api.github.example/repos/octo-org/repository-{number}/merges_url")],
        ["id", number],
        ["merge_commit_title", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["ssh_url", format!("https://api.github.example/repos/octo-org/repository-{number}/ssh_url")],
        ["subscription_url", format!("https://api.github.example/repos/octo-org/repository-{number}/subscription_url")],
        ["has_pages", number % 2 == 0],
        ["pushed_at", "2026-01-02T03:04:05Z"],
        ["trees_url", format!("https://api.github.example/repos/octo-org/repository-{number}/trees_url")],
        ["squash_merge_commit_title", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["has_downloads", number % 2 == 0],
        ["visibility", format!("visibility-{number}")],
        ["issues_url", format!("https://api.github.example/repos/octo-org/repository-{number}/issues_url")],
        ["branches_url", format!("https://api.github.example/repos/octo-org/repository-{number}/branches_url")],
        ["allow_forking", number % 2 == 0],
        ["updated_at", "2026-01-02T03:04:05Z"],
        ["open_issues_count", number],
        ["web_commit_signoff_required", number % 2 == 0],
        ["comments_url", format!("https://api.github.example/repos/octo-org/repository-{number}/comments_url")],
        ["commits_url", format!("https://api.github.example/repos/octo-org/repository-{number}/commits_url")],
        ["clone_url", format!("https://api.github.example/repos/octo-org/repository-{number}/clone_url")],
        ["git_commits_url", format!("https://api.github.example/repos/octo-org/repository-{number}/git_commits_url")],
        ["events_url", format!("https://api.github.example/repos/octo-org/repository-{number}/events_url")],
        ["has_discussions", number % 2 == 0],
        ["squash_merge_commit_message", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["subscribers_count", number],
        ["allow_rebase_merge", number % 2 == 0],
        ["forks_url", format!("https://api.github.example/repos/octo-org/repository-{number}/forks_url")],
        ["svn_url", format!("https://api.github.example/repos/octo-org/repository-{number}/svn_url")],
        ["watchers_count", number],
        ["allow_auto_merge", number % 2 == 0],
        ["default_branch", format!("default_branch-{number}")],
        ["created_at", "2026-01-02T03:04:05Z"],
        ["is_template", number % 2 == 0],
        ["keys_url", format!("https://api.github.example/repos/octo-org/repository-{number}/keys_url")],
        ["git_refs_url", format!("https://api.github.example/repos/octo-org/repository-{number}/git_refs_url")],
        ["releases_url", format!("https://api.github.example/repos/octo-org/repository-{number}/releases_url")],
        ["notifications_url", format!("https://api.github.example/repos/octo-org/repository-{number}/notifications_url")],
        ["delete_branch_on_merge", number % 2 == 0],
        ["open_issues", number],
        ["teams_url", format!("https://api.github.example/repos/octo-org/repository-{number}/teams_url")],
        ["git_url", format!("https://api.github.example/repos/octo-org/repository-{number}/git_url")],
        ["contributors_url", format!("https://api.github.example/repos/octo-org/repository-{number}/contributors_url")],
        ["stargazers_count", number],
        ["watchers", number],
        ["private", number % 2 == 0],
        ["archived", number % 2 == 0],
        ["archive_url", format!("https://api.github.example/repos/octo-org/repository-{number}/archive_url")],
        ["stargazers_url", format!("https://api.github.example/repos/octo-org/repository-{number}/stargazers_url")],
        ["has_issues", number % 2 == 0],
        ["hooks_url", format!("https://api.github.example/repos/octo-org/repository-{number}/hooks_url")],
        ["name", format!("name-{number}")],
        ["topics", ["rust", "api", "connector"]],
    ])
}

fn owner(number: i64) -> Value {
    json!({
        "login": format!("login-{number}"),
        "id": number,
        "node_id": format!("node_id-{number}"),
        "avatar_url": format!("https://api.github.example/repos/octo-org/repository-{number}/avatar_url"),
        "gravatar_id": format!("gravatar_id-{number}"),
        "url": format!("https://api.github.example/repos/octo-org/repository-{number}/url"),
        "html_url": format!("https://api.github.example/repos/octo-org/repository-{number}/html_url"),
        "followers_url": format!("https://api.github.example/repos/octo-org/repository-{number}/followers_url"),
        "following_url": format!("https://api.github.example/repos/octo-org/repository-{number}/following_url"),
        "gists_url": format!("https://api.github.example/repos/octo-org/repository-{number}/gists_url"),
        "starred_url": format!("https://api.github.example/repos/octo-org/repository-{number}/starred_url"),
        "subscriptions_url": format!("https://api.github.example/repos/octo-org/repository-{number}/subscriptions_url"),
        "organizations_url": format!("https://api.github.example/repos/octo-org/repository-{number}/organizations_url"),
        "repos_url": format!("https://api.github.example/repos/octo-org/repository-{number}/repos_url"),
        "events_url": format!("https://api.github.example/repos/octo-org/repository-{number}/events_url"),
        "received_events_url": format!("https://api.github.example/repos/octo-org/repository-{number}/received_events_url"),
        "site_admin": number % 2 == 0,
    })
}

#[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
fn project(number: i64) -> Value {
    json!([
        ["ID", format!("ID-{number}")],
        ["name", format!("name-{number}")],
        ["objCode", format!("objCode-{number}")],
        ["status", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["percentComplete", number as f64 / 4.0],
        ["priority", number],
        ["plannedStartDate", "2026-01-02T03:04:05:000-0400"],
        ["plannedCompletionDate", "2026-01-02T03:04:05:000-0400"],
        ["projectedCompletionDate", "2026-01-02T03:04:05:000-0400"],
        ["lastUpdateDate", "2026-01-02T03:04:05:000-0400"],
        ["ownerID", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["description", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["condition", (number % 3 > 0).then_some("something that a person wrote about it")],
        ["budget", number as f64 / 4.0],
        ["isActive", number % 2 == 0],
        ["tags", ["rust", "api", "connector"]],
    ])
}
