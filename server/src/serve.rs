//! Serving: the listener, the workers, and a shutdown that loses nothing.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::sync::Arc;

use domain::access::Actor;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::app::app;
use crate::house::House;
use crate::mail::{Post, Postman};
use crate::telemetry::Metrics;
use crate::workers;

/// Serves an open house until the program is told to stop. `greet` is called
/// with the address once connections are taken.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(mut house: House, greet: impl FnOnce(&House, SocketAddr)) -> std::io::Result<()> {
    let listener = match house.listener.take() {
        Some(taken) => TcpListener::from_std(taken)?,
        None => TcpListener::bind(house.config.server.listen).await?,
    };
    let address = listener.local_addr()?;
    let drain = house.config.server.drain;
    let post = house.config.mail.as_ref().map(Post::open).transpose().map_err(std::io::Error::other)?;
    let house = Arc::new(house);
    let metrics = Arc::new(Metrics::new());
    let (stop, stopped) = watch::channel(false);
    let follower = tokio::spawn(workers::follow(
        house.store.clone(),
        Arc::clone(&house.search),
        Arc::clone(&metrics),
        house.config.search.window,
        stopped.clone(),
    ));
    let timekeeper =
        tokio::spawn(workers::keep_time(house.store.clone(), Arc::clone(&house.search), stopped.clone()));
    let cashier = tokio::spawn(workers::take_payments(
        Arc::clone(&house.payments),
        house.store.writes(),
        stopped.clone(),
    ));
    let postman = match post {
        Some(post) => {
            let origin = public_base(&house, address);
            let postman = Postman::new(house.store.clone(), post, &origin);
            Some(tokio::spawn(postman.walk(stopped.clone())))
        }
        None => None,
    };
    let service = app(&house, &metrics).into_make_service_with_connect_info::<SocketAddr>();
    greet(&house, address);

    let mut draining = stopped.clone();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        // A dropped sender means the same as a stop.
        let _ = draining.changed().await;
    });
    let mut server = tokio::spawn(server.into_future());
    tokio::select! {
        () = asked_to_stop() => tracing::info!("stopping: no new connections, requests under way are finished"),
        ended = &mut server => tracing::error!(?ended, "the server ended by itself"),
    }
    // Nobody may be listening any more, which is fine.
    let _ = stop.send(true);
    house.closing.send_replace(true);
    if !server.is_finished() && timeout(drain, &mut server).await.is_err() {
        tracing::warn!("some requests took too long and were cut off");
        server.abort();
    }
    for worker in [Some(follower), Some(timekeeper), Some(cashier), postman].into_iter().flatten() {
        if let Err(error) = worker.await {
            tracing::error!(%error, "a worker ended badly");
        }
    }
    if let Err(fault) = workers::catch_up_wholly(&house.store, &house.search).await {
        // The next start does it; nothing is lost.
        tracing::warn!(%fault, "the search index could not follow to the end");
    }
    house.store.close().await;
    Ok(())
}

/// Waits for Ctrl-C or a request to terminate.
async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without signals the program is ended from outside.
    let _ = interrupt.await;
}

/// The one-time link that makes the first vendor account, if there is none.
pub async fn first_link(house: &House, address: SocketAddr) -> Option<String> {
    match house.store.has_staff().await {
        Ok(false) => {}
        Ok(true) => return None,
        Err(fault) => {
            tracing::error!(%fault, "the vendor's staff could not be looked up");
            return None;
        }
    }
    match house.store.invite_vendor(&Actor::System).await {
        Ok(token) => {
            let base = public_base(house, address);
            Some(format!("{base}{}", frontend::routes::VendorStart::to(&token)))
        }
        Err(error) => {
            tracing::error!(%error, "no link for the first vendor account could be made");
            None
        }
    }
}

/// Where the site is reached: as the settings say, or where it listens.
#[must_use]
pub fn public_base(house: &House, address: SocketAddr) -> String {
    let said = house.config.server.public_url.as_str();
    // Listening on port 0 means any free one: then the settings cannot know.
    if said.ends_with(":0") { format!("http://{address}") } else { said.to_owned() }
}
