//! Software: what the server signs and the client reads, licences, meters.
//!
//! # Thirty cases that a strict reviewer tries
//!
//! Where a test stands is said where it is not in this folder. "Fuzz" are the
//! targets under `fuzz`, which `fuzz/run` tries for some seconds.
//!
//! | case | what has to come of it | tests |
//! | --- | --- | --- |
//! | 1 | 100 consume, 10 are left: 10 do | `races::a_hundred_want_ten_uses` |
//! | 2 | one name a hundred times: one charge | `races::one_name_is_one_use_however_often_it_is_sent` |
//! | 3 | answer lost, server killed: one charge or none | `wire::a_use_whose_answer_was_lost_is_charged_once`, `wire::a_server_that_is_killed_has_charged_a_use_or_not_and_never_half`; client: `an_answer_that_was_lost_is_asked_for_again_and_charged_once` |
//! | 4 | 0, -1, 2^63, 1.5, "1" units | `wire::units_that_are_none_change_nothing` |
//! | 5 | a millisecond before, at and after the end, both sides | `verdicts::a_rental_ends_at_the_same_millisecond_on_both_sides` |
//! | 6 | 50 consume against one extension at the end | `verdicts::fifty_uses_against_one_extension_at_the_end` |
//! | 7 | two extend at once; one key twice | `races::extensions_add_up_and_a_key_has_one_effect` |
//! | 8 | two convert at once; against a refund | `races::one_conversion_and_no_refund_of_what_counted` |
//! | 9 | a balance for one and 20 purchases; a failure after the debit | `races::a_balance_for_one_buys_one`, `verdicts::a_failure_after_the_debit_leaves_no_debit` |
//! | 10 | 20 devices for 3 places | `races::twenty_devices_want_three_places` |
//! | 11 | refunds against consumes and leases, 100 seeds | `races::refunds_consumes_and_leases_add_up_for_a_hundred_seeds` |
//! | 12 | one extension of three goes back | `verdicts::one_extension_of_three_goes_back_and_the_end_falls_by_just_it` |
//! | 13 | 5 of 10 taken along, 3 used, settled twice | `devices::what_the_clients_journal_tells_is_settled_and_charged_and_credited` |
//! | 14 | never settled: charged, credited late once | `devices::what_the_clients_journal_tells_is_settled_and_charged_and_credited` |
//! | 15 | journals cut, edited, copied | client: `what_was_cut_off_or_changed_is_forked`, `cut_off_while_it_is_open`, `a_journal_fits_no_other_device_lease_or_licence`, `a_copied_folder_is_found_when_both_are_settled`; fuzz: journals |
//! | 16 | killed between the line and the answer | client: `a_kill_at_any_step_never_allows_more_than_is_written` |
//! | 17 | clock an hour or a year back | client: `a_clock_set_back_stops_a_rental_and_no_purchase_until_it_is_healed`, `a_clock_set_back_is_noticed_in_the_next_run_too` |
//! | 18 | clock once far ahead; an old answer | `signed::the_time_is_told_for_one_question`; client: `a_clock_once_wrong_ahead_heals_by_the_vendors_time`, `only_the_vendors_fresh_answer_heals` |
//! | 19 | each byte changed, other footers, products, devices | client: `no_changed_sign_is_accepted`, `no_changed_certificate_is_accepted`, `another_key_in_the_footer`, `refusals_stand_in_their_precedence`; fuzz: codes |
//! | 20 | other kinds of message, other versions, too long | client: `messages_of_other_kinds_and_stores`, `texts_that_are_no_codes`, `signed_texts_that_no_vendor_would_sign`; fuzz: codes, keys |
//! | 21 | keys rotate | `signed::keys_rotate_with_an_overlap_and_do_not_come_back`; client: `a_newer_key_is_believed_by_its_certificate_alone`, `key_sets_go_forward_only` |
//! | 22 | taken back | `signed::what_was_taken_back_is_told_and_never_untold`, `devices::a_code_is_what_was_paid_for`; client: `codes_taken_back` |
//! | 23 | installed already: not one byte | `journeys::rented::a_program_is_rented_by_uses_run_without_a_network_and_bought`; client/get: `a_program_is_fetched_once_and_then_only_its_code` |
//! | 24 | a copy of somebody else | client/get: `a_copy_of_somebody_else_is_used_and_never_touched` |
//! | 25 | moved, half deleted, tampered with | client: `our_own_install_is_looked_at_again`, `receipts_that_lie_are_none`; client/get: `what_was_changed_is_offered_again` |
//! | 26 | cut downloads, odd answers | client: `what_is_cut_goes_on_and_what_is_there_is_not_fetched`, `whoever_answers_oddly_is_asked_anew`, `wrong_answers_to_a_download_are_begun_anew_or_refused`; client/get: `a_download_that_is_cut_goes_on` |
//! | 27 | wrong hash, signature, number, date | client: `releases_are_the_publishers_and_go_forward`, `another_file_is_refused_and_never_named`; client/get: `what_is_not_as_signed_is_not_installed` |
//! | 28 | evil archives | package: `names_that_lead_out`, `links_devices_and_modes`, `bombs_cost_nothing`, `zips_that_say_two_things`, `twins_and_files_inside_files`; fuzz: archives |
//! | 29 | killed at every step, disk full, two at once | client/get: `killed_at_any_step_of_an_update_the_old_or_the_new_is_whole`, `a_disk_that_takes_no_more_leaves_the_old_version`, `the_second_of_two_at_once_says_so` |
//! | 30 | what goes over the wire; evil rules | `wire::over_the_wire_goes_only_what_it_takes`; client/get: `nothing_of_the_computer_or_the_person_is_told`; client: `rules_that_want_more_than_to_look_are_refused`, `a_rule_reads_no_device_and_no_pipe`; fuzz: manifests |

mod devices;
mod races;
pub(crate) mod shop;
mod signed;
mod sold;
mod trade;
mod verdicts;
mod wire;

use std::path::Path;

/// All Rust below a folder, as one text.
fn source(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn the_table_of_cases_names_tests_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut all = String::new();
    for folder in ["client", "package", "tests/it"] {
        source(&root.join(folder), &mut all);
    }
    let rows = include_str!("mod.rs").lines().filter_map(|line| line.strip_prefix("//! | "));
    let rows: Vec<&str> = rows.filter(|row| row.starts_with(|sign: char| sign.is_ascii_digit())).collect();
    assert_eq!(rows.len(), 30);
    for row in rows {
        let tests = row.split('`').skip(1).step_by(2).map(|name| name.rsplit("::").next().unwrap_or(name));
        let tests: Vec<&str> = tests.collect();
        assert!(!tests.is_empty(), "{row}");
        for test in tests {
            assert!(all.contains(&format!("fn {test}(")), "there is no test {test}");
        }
    }
}
