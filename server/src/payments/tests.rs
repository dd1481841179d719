use super::*;

#[test]
fn waiting_grows_and_ends() {
    let waits = [0, 1, 5, 11, 12, 31, 32, 4_000].map(|tries| wait_after(tries).get());
    assert_eq!(waits, [1, 2, 32, 2_048, 3_600, 3_600, 3_600, 3_600]);
}
