//! Forms: what was typed, what is wrong with it, and where.
//!
//! A refused form comes back with every value kept, the message beside its
//! field, and a summary with links at its top. Nothing here judges a value:
//! that is `domain`'s work.

use domain::refusal::Refusal;

use crate::trouble::sentence;

/// One field as it stands on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// The name under which it is sent.
    pub name: &'static str,
    /// Its id on the page; unlike the name, unique there.
    pub id: &'static str,
    /// What was typed, or what stands there at first.
    pub value: String,
    /// What is wrong with it, as a sentence.
    pub error: Option<String>,
}

impl Field {
    /// An empty field whose id is its name.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self::named(name, name)
    }

    /// An empty field with an id of its own, for pages with several forms.
    #[must_use]
    pub fn named(name: &'static str, id: &'static str) -> Self {
        Self { name, id, value: String::new(), error: None }
    }

    /// A field that nobody sees, and that no link can therefore lead to.
    #[must_use]
    pub fn hidden(name: &'static str) -> Self {
        Self::named(name, "")
    }

    /// The same field, holding `value`.
    #[must_use]
    pub fn with(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// The same field with something wrong about it.
    #[must_use]
    pub fn refused(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }

    /// Whether `option` is what the field holds.
    #[must_use]
    pub fn is(&self, option: &str) -> bool {
        self.value == option
    }
}

/// One line of the summary above a refused form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The id of the field; nothing when it is about the form as a whole.
    pub id: Option<&'static str>,
    /// What is wrong, as a sentence.
    pub message: String,
}

/// What every form struct offers to its template.
pub trait Form {
    /// Each field, in the order of the page.
    fn fields(&self) -> Vec<&Field>;

    /// Each field, for filling and for refusals.
    fn fields_mut(&mut self) -> Vec<&mut Field>;

    /// What is wrong with the form as a whole.
    fn refusal(&self) -> Option<&str>;

    /// Where [`Form::refusal`] is kept.
    fn refusal_mut(&mut self) -> &mut Option<String>;

    /// The summary: the form's own problem first, then the fields'.
    fn problems(&self) -> Vec<Problem> {
        let whole = self.refusal().map(|message| Problem { id: None, message: message.to_owned() });
        let each = self.fields().into_iter().filter_map(|field| {
            field.error.as_ref().map(|error| Problem {
                id: (!field.id.is_empty()).then_some(field.id),
                message: format!("{}: {error}", label(field.name)),
            })
        });
        whole.into_iter().chain(each).collect()
    }

    /// Keeps what was typed; names that the form does not know are ignored.
    fn fill<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>)
    where
        Self: Sized,
    {
        for (name, value) in pairs {
            if let Some(field) = self.fields_mut().into_iter().find(|field| field.name == name) {
                value.clone_into(&mut field.value);
            }
        }
    }

    /// Puts a refusal beside the field that it is about, or on the form when
    /// it names none that is here. Field names of the API are camel case,
    /// those of forms snake case.
    fn refuse(&mut self, refusal: &Refusal)
    where
        Self: Sized,
    {
        let message = sentence(refusal);
        let name = refusal.field().map(snake_case);
        let found = self.fields_mut().into_iter().find(|field| Some(field.name) == name.as_deref());
        match found {
            Some(field) => field.error = Some(message),
            None => *self.refusal_mut() = Some(message),
        }
    }
}

/// Implements [`Form`] for a struct with a `refusal` and these fields.
#[macro_export]
macro_rules! form {
    ($name:ty: $($field:ident),+) => {
        impl $crate::form::Form for $name {
            fn fields(&self) -> Vec<&$crate::form::Field> {
                vec![$(&self.$field),+]
            }

            fn fields_mut(&mut self) -> Vec<&mut $crate::form::Field> {
                vec![$(&mut self.$field),+]
            }

            fn refusal(&self) -> Option<&str> {
                self.refusal.as_deref()
            }

            fn refusal_mut(&mut self) -> &mut Option<String> {
                &mut self.refusal
            }
        }
    };
}

/// What people call the field of that name.
fn label(name: &str) -> &str {
    match name {
        "to" => "Handle",
        "about" => "About",
        "address" => "Address",
        "account_key" => "Account key",
        "amount" => "Amount",
        "bank_reference" => "What the bank calls it",
        "bill_to" => "Name and address",
        "bundle" => "Bundle",
        "move_amount" => "How much of it",
        "paid_back_as" => "Paid back as",
        "to_order" => "The other order",
        "basis_points" => "Basis points",
        "channel" => "Channel",
        "category_id" => "Category",
        "code" => "Code",
        "condition" => "Condition",
        "count" => "How many",
        "description" => "Description",
        "arch" => "Processor",
        "convert_credit" => "Rent that counts",
        "devices" => "Devices",
        "display_name" => "Display name",
        "expires_at" => "Last day",
        "extendable" => "Rent can be extended",
        "file" => "File",
        "handle" => "Handle",
        "idempotency_key" => "Form",
        "kind" => "Kind",
        "main" => "File to run",
        "meter" => "Name of the task",
        "os" => "Operating system",
        "product" => "Name for folders",
        "rules" => "Rules",
        "time" => "How long",
        "time_unit" => "Counted in",
        "units" => "How often",
        "updates" => "A purchase covers",
        "version" => "Version",
        "method" => "How it is paid",
        "note" => "Why",
        "notes" => "Notes",
        "pay_to" => "Where to pay",
        "po_number" => "Number of the order",
        "taken_from" => "From whom",
        "value_date" => "Day",
        "message" => "Message",
        "name" => "Name",
        "passphrase" => "Passphrase",
        "phone" => "Telephone",
        "pictures" => "Pictures",
        "price" => "Price",
        "quantity" => "How many",
        "reason" => "Reason",
        "seller" => "Seller",
        "tags" => "Tags",
        "title" => "Title",
        "tokens" => "Tokens",
        other => other,
    }
}

/// `categoryId` as forms spell it: `category_id`.
fn snake_case(camel: &str) -> String {
    let mut out = String::with_capacity(camel.len() + 2);
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Two {
        title: Field,
        category_id: Field,
        refusal: Option<String>,
    }

    form!(Two: title, category_id);

    fn two() -> Two {
        Two { title: Field::new("title"), category_id: Field::new("category_id"), refusal: None }
    }

    #[test]
    fn a_refusal_stands_beside_its_field_and_values_stay() {
        let mut form = two();
        form.fill([("title", "Oak table"), ("category_id", "7"), ("unknown", "x")]);
        form.refuse(&Refusal::invalid("categoryId", "This category does not exist"));
        assert_eq!(form.title.value, "Oak table");
        assert_eq!(form.category_id.error.as_deref(), Some("This category does not exist."));
        assert_eq!(
            form.problems(),
            [Problem {
                id: Some("category_id"),
                message: "Category: This category does not exist.".to_owned()
            }]
        );
    }

    #[test]
    fn a_refusal_about_no_field_stands_on_the_form() {
        let mut form = two();
        form.refuse(&Refusal::Busy);
        assert_eq!(form.problems().len(), 1);
        assert_eq!(form.problems()[0].id, None);
    }
}
