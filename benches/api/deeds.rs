//! What each of the people does again and again.

use benches::client::{Asked, Client, path_of};

use crate::market::Member;

/// What is measured.
#[derive(Clone, Copy)]
pub(crate) enum Deed {
    /// A thing is bought.
    Purchase,
    /// A use of a rented program is counted.
    Use,
    /// A top-up is asked for, paid at the sandbox's page, and credited on the
    /// way back: four requests.
    TopUp,
}

impl Deed {
    /// What it is called.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Purchase => "purchases",
            Self::Use => "uses counted",
            Self::TopUp => "top-ups by card, 4 requests",
        }
    }

    /// Does it once, under a name of its own.
    ///
    /// # Errors
    /// If it is refused.
    pub(crate) async fn is_done(
        self,
        client: &mut Client,
        member: &Member,
        listing: &str,
        name: &str,
    ) -> Asked<()> {
        match self {
            Self::Purchase => {
                let query = format!(
                    "mutation {{ buy(input: {{ listingId: \"{listing}\", quantity: 1, expectedPrice: \"3\", \
                     idempotencyKey: \"{name}\" }}) {{ order {{ id }} userErrors {{ code }} }} }}"
                );
                answered(client, member, &query, "/buy/order/id").await?;
            }
            Self::Use => {
                let query = format!(
                    "mutation {{ consume(input: {{ licenceId: \"{}\", meter: \"use\", units: 1, \
                     consumeId: \"{name}\" }}) {{ meter {{ left }} userErrors {{ code }} }} }}",
                    member.licence
                );
                answered(client, member, &query, "/consume/meter/left").await?;
            }
            Self::TopUp => {
                let query = format!(
                    "mutation {{ topUp(input: {{ tokens: \"100\", idempotencyKey: \"t{name}\" }}) \
                     {{ topUpOrder {{ payUrl }} userErrors {{ code }} }} }}"
                );
                let url = answered(client, member, &query, "/topUp/topUpOrder/payUrl").await?;
                let url = url.as_str().ok_or("no address to pay at")?.to_owned();
                pay(client, path_of(&url)?).await?;
            }
        }
        Ok(())
    }
}

/// What is told at this place of the answer; nothing there is an error.
async fn answered(
    client: &mut Client,
    member: &Member,
    query: &str,
    place: &str,
) -> Asked<serde_json::Value> {
    let told = client.ask(&member.token, query).await?;
    let found = told.pointer(place).filter(|found| !found.is_null()).cloned();
    Ok(found.ok_or_else(|| format!("not done: {told}"))?)
}

/// Follows the way over the sandbox's page and back.
async fn pay(client: &mut Client, path: &str) -> Asked<()> {
    let page = client.get(path).await?.location.ok_or("no page to pay at")?;
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let paid = client.post(&page, form, "csrf=&card=succeeds").await?;
    let back = paid.location.ok_or_else(|| format!("not paid: {}", paid.status))?;
    let credited = client.get(&back).await?;
    match credited.status {
        303 => Ok(()),
        status => Err(format!("not credited: {status}").into()),
    }
}
