//! The macros that generated code calls. Each defines a type and writes its shape from the same tokens, so that the table
//! cannot disagree with the type; that is what makes the `unsafe` in them sound. They take no attributes but documentation and
//! deprecations: a `repr` could change the layout that the table describes, a `cfg` the number of its parts.
//!
//! All that a program does not need at compile time is joined into one text per type, which is read when the type is first used: rustc
//! pays for each expression, and hardly for a text.

/// Defines a struct with its shape. A field says what it is called in the spec, with `!` if it must be there and `?` if it may be null,
/// then what it is called on the wire if that is something else, then what is demanded of it. `*` marks a last field, a `Map`, that keeps
/// what has no field.
///
/// ```
/// # use linchpin_runtime::__codegen_v1 as lp;
/// lp::structure! {
///     /// A project.
///     pub struct Project "Project" {
///         /// Its id.
///         pub id: lp::Id<Project> = "id! ID";
///         pub name: String = "name!" "length 1..255" "pattern ^[A-Z]";
///         pub extra: lp::Map<lp::Json> = "extra*";
///     }
/// }
/// ```
#[macro_export]
macro_rules! structure {
    (
        $(#[doc = $docs:literal])* $(#[deprecated $($deprecated:tt)*])?
        $vis:vis struct $type:ident $name:literal {
            $(
                $(#[doc = $field_docs:literal])* $(#[deprecated $($field_deprecated:tt)*])?
                $field_vis:vis $field:ident : $field_type:ty = $said:literal $($demand:literal)*;
            )*
        }
    ) => {
        $(#[doc = $docs])* $(#[deprecated $($deprecated)*])?
        #[non_exhaustive]
        #[repr(C)]
        $vis struct $type {
            $($(#[doc = $field_docs])* $(#[deprecated $($field_deprecated)*])? $field_vis $field: $field_type,)*
        }
        // SAFETY: it is `repr(C)`, and the parts are the fields of the struct above, from the same tokens.
        unsafe impl $crate::shape::Shaped for $type {
            const PLACE: *const $crate::shape::Shape = {
                static SHAPE: $crate::shape::Declared<$crate::shape::Structure> = unsafe {
                    $crate::shape::Declared::<$crate::shape::Structure>::structure::<$type>(
                        $crate::shape::Texts(
                            $name,
                            concat!($($docs, "\n",)*),
                            concat!($("\u{1d}", $said, $("\u{1e}", $demand,)* "\u{1f}", $($field_docs, "\n",)*)*),
                        ),
                        &[$(<$field_type as $crate::shape::Shaped>::PLACE,)*],
                        &raw const SHAPE,
                    )
                };
                &raw const SHAPE as *const $crate::shape::Shape
            };
        }
        // SAFETY: every part has a shape, and whatever has a shape is `Send`.
        unsafe impl ::core::marker::Send for $type {}
        // SAFETY: every part has a shape, and whatever has a shape is `Sync`.
        unsafe impl ::core::marker::Sync for $type {}
        $crate::__shaped_traits!($type);
    };
}

/// Defines an operation: the struct that it is given, with its shape, what it gives, and what is said of it, a clause each; see
/// `operation/text.rs` for what there is to say. The types at the end are those that clauses speak of by number, from 1; what it
/// gives is 0.
///
/// ```
/// # use linchpin_runtime::__codegen_v1 as lp;
/// # lp::structure! { pub struct Project "Project" { pub name: String = "name!"; } }
/// lp::operation! {
///     /// Gets a project.
///     pub struct GetProject "get_project" -> Project {
///         /// Its id.
///         id: lp::String = "id!";
///     }
///     "name projects.get_project";
///     "title Get a project";
///     "sends GET /projects/{0}";
///     "in path";
///     r#"answer {"as":"json","shape":0}"#;
///     "retry safe";
///     [];
/// }
/// ```
///
/// The struct can be cloned and printed, and is not read or written by itself.
#[macro_export]
macro_rules! operation {
    (
        $(#[doc = $docs:literal])* $(#[deprecated $($deprecated:tt)*])?
        $vis:vis struct $type:ident $name:literal -> $output:ty {
            $($(#[doc = $field_docs:literal])* $field:ident : $field_type:ty = $said:literal $($demand:literal)*;)*
        }
        $($clause:literal;)*
        [$($shape:ty),* $(,)?];
    ) => {
        $(#[doc = $docs])* $(#[deprecated $($deprecated)*])?
        #[non_exhaustive]
        #[repr(C)]
        $vis struct $type {
            $($field: $field_type,)*
        }
        // SAFETY: it is `repr(C)`, and the parts are the fields of the struct above, from the same tokens.
        unsafe impl $crate::shape::Shaped for $type {
            const PLACE: *const $crate::shape::Shape = {
                static SHAPE: $crate::shape::Declared<$crate::shape::Structure> = unsafe {
                    $crate::shape::Declared::<$crate::shape::Structure>::input::<$type>(
                        $crate::shape::Texts(
                            $name,
                            concat!($($docs, "\n",)*),
                            concat!($("\u{1d}", $said, $("\u{1e}", $demand,)* "\u{1f}", $($field_docs, "\n",)*)*),
                        ),
                        &[$(<$field_type as $crate::shape::Shaped>::PLACE,)*],
                        concat!($($clause, "\u{1e}",)*),
                        &[<$output as $crate::shape::Shaped>::PLACE, $(<$shape as $crate::shape::Shaped>::PLACE,)*],
                        &raw const SHAPE,
                    )
                };
                &raw const SHAPE as *const $crate::shape::Shape
            };
        }
        // SAFETY: every part has a shape, and whatever has a shape is `Send`.
        unsafe impl ::core::marker::Send for $type {}
        // SAFETY: every part has a shape, and whatever has a shape is `Sync`.
        unsafe impl ::core::marker::Sync for $type {}
        $crate::__shaped_traits!($type input);
        impl $crate::__codegen_v1::Operation for $type {
            type Output = $output;
        }
    };
}

/// The operations of a version, by their types.
#[macro_export]
macro_rules! operations {
    ($($operation:ty),* $(,)?) => {
        // SAFETY: each is the shape of a type.
        unsafe { $crate::operation::Operations::declared(&[$(<$operation as $crate::shape::Shaped>::PLACE,)*]) }
    };
}

/// The traits that every shaped type has, as shells around the table. `Send` and `Sync` stand apart, outright where types may refer to each other:
/// the compiler would find them by walking through all that a type refers to, and gives up where those of a large API do. Enums refer to none.
#[doc(hidden)]
#[macro_export]
macro_rules! __shaped_traits {
    ($type:ident input) => {
        #[allow(clippy::non_canonical_clone_impl)]
        impl ::core::clone::Clone for $type {
            #[inline]
            fn clone(&self) -> Self {
                $crate::shape::clone(self)
            }
        }
        impl ::core::fmt::Debug for $type {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::shape::debug(self, formatter)
            }
        }
    };
    ($type:ident) => {
        $crate::__shaped_traits!($type input);
        impl ::core::cmp::PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::shape::equal(self, other)
            }
        }
        impl $crate::shape::serde::Serialize for $type {
            fn serialize<S: $crate::shape::serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::shape::serialize::<Self, S>(self, serializer)
            }
        }
        impl<'de> $crate::shape::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::shape::serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                $crate::shape::deserialize(deserializer)
            }
        }
    };
}

/// Defines an enum that keeps unknown values in `Other`, with its shape. `pub enum Level "Level" int { Low = 1 }` is one of integers.
/// The spec's name of a variant stands before the `=` when it is not the variant's in snake case: `C "c++" = "cpp"`.
#[macro_export]
macro_rules! open_enum {
    (
        $(#[doc = $docs:literal])* $(#[deprecated $($deprecated:tt)*])?
        $vis:vis enum $type:ident $name:literal {
            $($(#[doc = $variant_docs:literal])* $(#[deprecated $($variant_deprecated:tt)*])? $variant:ident $($named:literal)? = $wire:literal),* $(,)?
        }
    ) => {
        $(#[doc = $docs])* $(#[deprecated $($deprecated)*])?
        #[non_exhaustive]
        #[repr(C, u16)]
        $vis enum $type {
            $($(#[doc = $variant_docs])* $(#[deprecated $($variant_deprecated)*])? $variant,)*
            /// A value that the spec does not name.
            Other(::std::string::String),
        }
        $crate::__text_enum!($type $name [$($docs)*] true $([$($variant_docs)*] $variant ($($named)?) = $wire,)*);
        impl ::core::convert::From<&str> for $type {
            #[inline]
            fn from(text: &str) -> Self {
                $crate::shape::open_text_symbol(text)
            }
        }
    };
    (
        $(#[doc = $docs:literal])* $(#[deprecated $($deprecated:tt)*])?
        $vis:vis enum $type:ident $name:literal int {
            $($(#[doc = $variant_docs:literal])* $(#[deprecated $($variant_deprecated:tt)*])? $variant:ident $($named:literal)? = $wire:literal),* $(,)?
        }
    ) => {
        $(#[doc = $docs])* $(#[deprecated $($deprecated)*])?
        #[non_exhaustive]
        #[repr(C, u16)]
        $vis enum $type {
            $($(#[doc = $variant_docs])* $(#[deprecated $($variant_deprecated)*])? $variant,)*
            /// A value that the spec does not name.
            Other(i64),
        }
        $crate::__int_enum!($type $name [$($docs)*] true $([$($variant_docs)*] $variant ($($named)?) = $wire,)*);
        impl ::core::convert::From<i64> for $type {
            #[inline]
            fn from(value: i64) -> Self {
                $crate::shape::int_symbol::<Self>(value).unwrap_or(Self::Other(value))
            }
        }
    };
}

/// Defines an enum whose values are all known, with its shape. Spelled as [`open_enum!`].
#[macro_export]
macro_rules! closed_enum {
    (
        $(#[doc = $docs:literal])* $(#[deprecated $($deprecated:tt)*])?
        $vis:vis enum $type:ident $name:literal {
            $($(#[doc = $variant_docs:literal])* $(#[deprecated $($variant_deprecated:tt)*])? $variant:ident $($named:literal)? = $wire:literal),+ $(,)?
        }
    ) => {
        $(#[doc = $docs])* $(#[deprecated $($deprecated)*])?
        #[repr(u16)]
        $vis enum $type {
            $($(#[doc = $variant_docs])* $(#[deprecated $($variant_deprecated)*])? $variant,)*
        }
        $crate::__text_enum!($type $name [$($docs)*] false $([$($variant_docs)*] $variant ($($named)?) = $wire,)*);
        impl ::core::marker::Copy for $type {}
        impl ::core::str::FromStr for $type {
            type Err = $crate::value::InvalidValue;
            #[inline]
            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                $crate::shape::closed_text_symbol(text)
            }
        }
    };
    (
        $(#[doc = $docs:literal])* $(#[deprecated $($deprecated:tt)*])?
        $vis:vis enum $type:ident $name:literal int {
            $($(#[doc = $variant_docs:literal])* $(#[deprecated $($variant_deprecated:tt)*])? $variant:ident $($named:literal)? = $wire:literal),+ $(,)?
        }
    ) => {
        $(#[doc = $docs])* $(#[deprecated $($deprecated)*])?
        #[repr(u16)]
        $vis enum $type {
            $($(#[doc = $variant_docs])* $(#[deprecated $($variant_deprecated)*])? $variant,)*
        }
        $crate::__int_enum!($type $name [$($docs)*] false $([$($variant_docs)*] $variant ($($named)?) = $wire,)*);
        impl ::core::marker::Copy for $type {}
        impl ::core::convert::TryFrom<i64> for $type {
            type Error = $crate::value::InvalidValue;
            #[inline]
            fn try_from(value: i64) -> ::core::result::Result<Self, Self::Error> {
                $crate::shape::closed_int_symbol(value)
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __text_enum {
    ($type:ident $name:literal [$($docs:literal)*] $open:literal $([$($variant_docs:literal)*] $variant:ident ($($named:literal)?) = $wire:literal,)*) => {
        // SAFETY: the known values are the variants of the enum, from the same tokens; it is `repr(C, u16)` or `repr(u16)`.
        unsafe impl $crate::shape::Shaped for $type {
            const PLACE: *const $crate::shape::Shape = {
                static SHAPE: $crate::shape::Declared<$crate::shape::SymbolTable<&'static str>> = unsafe {
                    $crate::shape::Declared::<$crate::shape::SymbolTable<&'static str>>::text_enum::<$type>(
                        $crate::shape::Texts(
                            $name,
                            concat!($($docs, "\n",)*),
                            concat!($("\u{1d}", stringify!($variant), "\u{1e}", $($named,)? "\u{1e}", $wire, "\u{1f}", $($variant_docs, "\n",)*)*),
                        ),
                        $type::known().len(),
                        $open,
                        &raw const SHAPE,
                    )
                };
                &raw const SHAPE as *const $crate::shape::Shape
            };
        }
        impl $type {
            /// What stands on the wire.
            #[inline]
            pub fn as_str(&self) -> &str {
                $crate::shape::symbol_text(self)
            }

            /// The values that the spec names.
            #[inline]
            pub const fn known() -> &'static [Self] {
                &[$(Self::$variant),*]
            }

            /// Does the spec name it?
            #[inline]
            pub fn is_known(&self) -> bool {
                $crate::shape::symbol_is_known(self)
            }
        }
        impl ::core::fmt::Display for $type {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.pad(self.as_str())
            }
        }
        impl ::core::cmp::Eq for $type {}
        impl ::core::hash::Hash for $type {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                $crate::shape::hash_symbol(self, state);
            }
        }
        $crate::__shaped_traits!($type);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __int_enum {
    ($type:ident $name:literal [$($docs:literal)*] $open:literal $([$($variant_docs:literal)*] $variant:ident ($($named:literal)?) = $wire:literal,)*) => {
        // SAFETY: the known values are the variants of the enum, from the same tokens; it is `repr(C, u16)` or `repr(u16)`.
        unsafe impl $crate::shape::Shaped for $type {
            const PLACE: *const $crate::shape::Shape = {
                static SHAPE: $crate::shape::Declared<$crate::shape::SymbolTable<i64>> = unsafe {
                    $crate::shape::Declared::<$crate::shape::SymbolTable<i64>>::int_enum::<$type>(
                        $crate::shape::Texts(
                            $name,
                            concat!($($docs, "\n",)*),
                            concat!($("\u{1d}", stringify!($variant), "\u{1e}", $($named,)? "\u{1e}", $wire, "\u{1f}", $($variant_docs, "\n",)*)*),
                        ),
                        $type::known().len(),
                        $open,
                        &raw const SHAPE,
                    )
                };
                &raw const SHAPE as *const $crate::shape::Shape
            };
        }
        impl $type {
            /// What stands on the wire.
            #[inline]
            pub fn as_i64(&self) -> i64 {
                $crate::shape::symbol_int(self)
            }

            /// The values that the spec names.
            #[inline]
            pub const fn known() -> &'static [Self] {
                &[$(Self::$variant),*]
            }

            /// Does the spec name it?
            #[inline]
            pub fn is_known(&self) -> bool {
                $crate::shape::symbol_is_known(self)
            }
        }
        impl ::core::fmt::Display for $type {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.as_i64(), formatter)
            }
        }
        impl ::core::cmp::Eq for $type {}
        impl ::core::hash::Hash for $type {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                $crate::shape::hash_symbol(self, state);
            }
        }
        $crate::__shaped_traits!($type);
    };
}

/// Defines a union whose variants a member of the wire's object tells apart, with its shape: `by "type"`. `Other(Json)` keeps what has
/// another tag, unless it is `closed`.
#[macro_export]
macro_rules! tagged_union {
    (
        $(#[doc = $docs:literal])* $(#[deprecated $($deprecated:tt)*])?
        $vis:vis enum $type:ident $name:literal by $by:literal {
            $($(#[doc = $variant_docs:literal])* $(#[deprecated $($gone:tt)*])? $variant:ident($payload:ty $(,)?) = $tag:literal),* $(,)?
        }
    ) => {
        $crate::__union! {
            [$(#[doc = $docs])* $(#[deprecated $($deprecated)*])? #[non_exhaustive]] [$($docs)*] $vis $type $name (true) ($crate::shape::UnionStyle::Tagged($by))
            $([$($variant_docs)*] [$(#[deprecated $($gone)*])?] $variant($payload) = $tag,)*
            [" What has another tag, as it came."] [] Other($crate::__codegen_v1::Json) = "",
        }
    };
    (
        $(#[doc = $docs:literal])* $(#[deprecated $($deprecated:tt)*])?
        $vis:vis enum $type:ident $name:literal by $by:literal closed {
            $($(#[doc = $variant_docs:literal])* $(#[deprecated $($gone:tt)*])? $variant:ident($payload:ty $(,)?) = $tag:literal),+ $(,)?
        }
    ) => {
        $crate::__union! {
            [$(#[doc = $docs])* $(#[deprecated $($deprecated)*])?] [$($docs)*] $vis $type $name (false) ($crate::shape::UnionStyle::Tagged($by))
            $([$($variant_docs)*] [$(#[deprecated $($gone)*])?] $variant($payload) = $tag,)*
        }
    };
}

/// Defines a union whose variants are tried in order, with its shape.
#[macro_export]
macro_rules! untagged_union {
    (
        $(#[doc = $docs:literal])* $(#[deprecated $($deprecated:tt)*])?
        $vis:vis enum $type:ident $name:literal {
            $($(#[doc = $variant_docs:literal])* $(#[deprecated $($gone:tt)*])? $variant:ident($payload:ty $(,)?)),+ $(,)?
        }
    ) => {
        $crate::__union! {
            [$(#[doc = $docs])* $(#[deprecated $($deprecated)*])?] [$($docs)*] $vis $type $name (false) ($crate::shape::UnionStyle::Untagged)
            $([$($variant_docs)*] [$(#[deprecated $($gone)*])?] $variant($payload) = "",)*
        }
    };
}

/// Defines the answers of an operation that has several, with its shape.
#[macro_export]
macro_rules! answers {
    (
        $(#[doc = $docs:literal])* $(#[deprecated $($deprecated:tt)*])?
        $vis:vis enum $type:ident $name:literal {
            $($(#[doc = $variant_docs:literal])* $(#[deprecated $($gone:tt)*])? $variant:ident($payload:ty $(,)?)),+ $(,)?
        }
    ) => {
        $crate::__union! {
            [$(#[doc = $docs])* $(#[deprecated $($deprecated)*])?] [$($docs)*] $vis $type $name (false) ($crate::shape::UnionStyle::Answers)
            $([$($variant_docs)*] [$(#[deprecated $($gone)*])?] $variant($payload) = "",)*
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __union {
    (
        [$($attributes:tt)*] [$($docs:literal)*] $vis:vis $type:ident $name:literal ($open:literal) ($style:expr)
        $([$($variant_docs:literal)*] [$($gone:tt)*] $variant:ident($payload:ty) = $tag:literal,)*
    ) => {
        $($attributes)*
        #[allow(clippy::large_enum_variant)]
        #[repr(C, u16)]
        $vis enum $type {
            $($(#[doc = $variant_docs])* $($gone)* $variant($payload),)*
        }
        // SAFETY: the parts are what the variants of the enum hold, from the same tokens; it is `repr(C, u16)`.
        unsafe impl $crate::shape::Shaped for $type {
            const PLACE: *const $crate::shape::Shape = {
                static SHAPE: $crate::shape::Declared<$crate::shape::UnionTable> = unsafe {
                    $crate::shape::Declared::<$crate::shape::UnionTable>::union::<$type>(
                        $crate::shape::Texts(
                            $name,
                            concat!($($docs, "\n",)*),
                            concat!($("\u{1d}", stringify!($variant), "\u{1e}", $tag, "\u{1f}", $($variant_docs, "\n",)*)*),
                        ),
                        $style,
                        $open,
                        &[$(<$payload as $crate::shape::Shaped>::PLACE,)*],
                        &raw const SHAPE,
                    )
                };
                &raw const SHAPE as *const $crate::shape::Shape
            };
        }
        // SAFETY: every part has a shape, and whatever has a shape is `Send`.
        unsafe impl ::core::marker::Send for $type {}
        // SAFETY: every part has a shape, and whatever has a shape is `Sync`.
        unsafe impl ::core::marker::Sync for $type {}
        $crate::__shaped_traits!($type);
    };
}
