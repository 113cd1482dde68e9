//! Uploads in parts to the reference server of tus, broken off and gone on with. Nobody here wrote it.

use std::sync::{Arc, Mutex};

use linchpin_runtime::{Body, UploadCheckpoint, prelude::*};
use linchpin_tests::servers::{Server, tus};

linchpin_runtime::connector!("tus");

fn client(server: &Server) -> tus::Client {
    let open = tus::Open { host: "tus.example".parse().expect("a host") };
    tus::Client::builder(open).base_url(server.url()).build().expect("a client")
}

#[tokio::test]
async fn what_breaks_off_goes_on_in_another_process() {
    let Some(server) = tus() else { return };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let file: Vec<u8> = (0..300_000u32).map(|n| (n % 251) as u8).collect();
    let path = std::env::temp_dir().join(format!("linchpin-tus-{}", std::process::id()));
    std::fs::write(&path, &file).expect("it writes");

    let kept: Arc<Mutex<Option<UploadCheckpoint>>> = Arc::default();
    let (keep, enough) = (kept.clone(), Arc::new(tokio::sync::Notify::new()));
    let told = enough.clone();
    let upload = tus::UploadFile::new(Body::path(&path)).upload(&client(&server)).on_checkpoint(move |checkpoint| {
        if checkpoint.bytes() >= 128 * 1024 {
            told.notify_one();
        }
        *keep.lock().expect("unpoisoned") = Some(checkpoint);
    });
    // The process ends in the middle of a part.
    tokio::select! {
        _ = upload.into_future() => panic!("it was to be broken off"),
        () = enough.notified() => {}
    }

    let stored = serde_json::to_string(&kept.lock().expect("unpoisoned").take().expect("a checkpoint")).expect("it is written");
    let checkpoint: UploadCheckpoint = serde_json::from_str(&stored).expect("it is read");
    let first = Arc::new(Mutex::new(None));
    let begins = first.clone();
    let again = tus::UploadFile::new(Body::path(&path)).upload(&client(&server)).resume(checkpoint);
    let again = again.on_progress(move |progress| {
        begins.lock().expect("unpoisoned").get_or_insert(progress.bytes);
    });
    let place = again.await.expect("the rest of it");
    let first = first.lock().expect("unpoisoned").expect("it was told");
    assert!((128 * 1024..300_000).contains(&first), "it went on from {first}");
    std::fs::remove_file(path).expect("it goes");

    let whole = reqwest::get(place).await.expect("an answer").bytes().await.expect("a file");
    assert!(whole == file, "{} of {} bytes, or others", whole.len(), file.len());
}
