//! The macros that generated code calls. Each defines a type and writes its shape from the same tokens, so that the table
//! cannot disagree with the type; that is what makes the `unsafe` in them sound. They take no attributes but documentation and
//! deprecations: a `repr` could change the layout that the table describes.

/// Defines a struct with its shape.
///
/// ```
/// # use linchpin_runtime::__codegen_v1 as lp;
/// lp::structure! {
///     /// A project.
///     pub struct Project "Project" {
///         /// Its id.
///         pub id: lp::Id<Project> = "ID", lp::Attrs::REQUIRED;
///         pub name: String = "name", lp::Attrs::REQUIRED.length(1, 255);
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
                $field_vis:vis $field:ident : $field_type:ty = $wire:literal, $attrs:expr;
            )*
        }
    ) => {
        $(#[doc = $docs])* $(#[deprecated $($deprecated)*])?
        $vis struct $type {
            $($(#[doc = $field_docs])* $(#[deprecated $($field_deprecated)*])? $field_vis $field: $field_type,)*
        }
        #[allow(deprecated)]
        // SAFETY: the fields below are those of the struct above, from the same tokens.
        unsafe impl $crate::shape::Shaped for $type {
            const LINK: $crate::shape::Link = {
                static SHAPE: $crate::shape::Shape = unsafe {
                    $crate::shape::Shape::structure::<$type>($name, concat!($($docs, "\n",)*), &[$($crate::shape::Field {
                        name: stringify!($field),
                        wire: $wire,
                        docs: concat!($($field_docs, "\n",)*),
                        offset: ::core::mem::offset_of!($type, $field),
                        shape: <$field_type as $crate::shape::Shaped>::LINK,
                        attrs: $attrs,
                    },)*])
                };
                $crate::shape::Link::to(&SHAPE)
            };
        }
        $crate::__shaped_traits!($type);
    };
}

/// The traits that every shaped type has, as shells around the table. `Send` and `Sync` are said outright: the compiler would
/// find them by walking through all the types that a type refers to, and gives up where those of a large API refer to each other.
#[doc(hidden)]
#[macro_export]
macro_rules! __shaped_traits {
    ($type:ident) => {
        #[allow(deprecated)]
        // SAFETY: every part has a shape, and whatever has a shape is `Send`.
        unsafe impl ::core::marker::Send for $type {}
        #[allow(deprecated)]
        // SAFETY: every part has a shape, and whatever has a shape is `Sync`.
        unsafe impl ::core::marker::Sync for $type {}
        #[allow(deprecated, clippy::non_canonical_clone_impl)]
        impl ::core::clone::Clone for $type {
            #[inline]
            fn clone(&self) -> Self {
                $crate::shape::clone(self)
            }
        }
        #[allow(deprecated)]
        impl ::core::fmt::Debug for $type {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::shape::debug(self, formatter)
            }
        }
        #[allow(deprecated)]
        impl ::core::cmp::PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::shape::equal(self, other)
            }
        }
        #[allow(deprecated)]
        impl $crate::shape::serde::Serialize for $type {
            fn serialize<S: $crate::shape::serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::shape::serialize(self, serializer)
            }
        }
        #[allow(deprecated)]
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
        #[repr(C, u16)]
        $vis enum $type {
            $($(#[doc = $variant_docs])* $(#[deprecated $($variant_deprecated)*])? $variant,)*
            /// A value that the spec does not name.
            Other(::std::string::String),
        }
        $crate::__text_enum!($type $name [concat!($($docs, "\n",)*)] (::core::option::Option::Some(::core::mem::align_of::<$type>()))
            $([concat!($($variant_docs, "\n",)*)] $variant (concat!($($named)?)) = $wire,)*);
        #[allow(deprecated)]
        impl ::core::convert::From<&str> for $type {
            fn from(text: &str) -> Self {
                $crate::shape::text_symbol::<Self>(text).unwrap_or_else(|| Self::Other(text.into()))
            }
        }
        #[allow(deprecated)]
        impl ::core::convert::From<::std::string::String> for $type {
            fn from(text: ::std::string::String) -> Self {
                Self::from(text.as_str())
            }
        }
        #[allow(deprecated)]
        impl ::core::str::FromStr for $type {
            type Err = ::core::convert::Infallible;
            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                ::core::result::Result::Ok(Self::from(text))
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
        #[repr(C, u16)]
        $vis enum $type {
            $($(#[doc = $variant_docs])* $(#[deprecated $($variant_deprecated)*])? $variant,)*
            /// A value that the spec does not name.
            Other(i64),
        }
        $crate::__int_enum!($type $name [concat!($($docs, "\n",)*)] (::core::option::Option::Some(::core::mem::align_of::<$type>()))
            $([concat!($($variant_docs, "\n",)*)] $variant (concat!($($named)?)) = $wire,)*);
        #[allow(deprecated)]
        impl ::core::convert::From<i64> for $type {
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
        $crate::__text_enum!($type $name [concat!($($docs, "\n",)*)] (::core::option::Option::None)
            $([concat!($($variant_docs, "\n",)*)] $variant (concat!($($named)?)) = $wire,)*);
        #[allow(deprecated)]
        impl ::core::marker::Copy for $type {}
        #[allow(deprecated)]
        impl ::core::str::FromStr for $type {
            type Err = $crate::value::InvalidValue;
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
        $crate::__int_enum!($type $name [concat!($($docs, "\n",)*)] (::core::option::Option::None)
            $([concat!($($variant_docs, "\n",)*)] $variant (concat!($($named)?)) = $wire,)*);
        #[allow(deprecated)]
        impl ::core::marker::Copy for $type {}
        #[allow(deprecated)]
        impl ::core::convert::TryFrom<i64> for $type {
            type Error = $crate::value::InvalidValue;
            fn try_from(value: i64) -> ::core::result::Result<Self, Self::Error> {
                $crate::shape::closed_int_symbol(value)
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __text_enum {
    ($type:ident $name:literal [$docs:expr] ($other:expr) $([$variant_docs:expr] $variant:ident ($named:expr) = $wire:literal,)*) => {
        // SAFETY: the symbols are the variants of the enum, from the same tokens; it is `repr(C, u16)` or `repr(u16)`.
        unsafe impl $crate::shape::Shaped for $type {
            const LINK: $crate::shape::Link = {
                static SHAPE: $crate::shape::Shape = unsafe {
                    $crate::shape::Shape::text_enum::<$type>($name, $docs, &$crate::shape::SymbolTable {
                        symbols: &[$($crate::shape::Symbol { ident: stringify!($variant), named: $named, wire: $wire, docs: $variant_docs },)*],
                        other: $other,
                    })
                };
                $crate::shape::Link::to(&SHAPE)
            };
        }
        #[allow(deprecated)]
        impl $type {
            /// What stands on the wire.
            pub fn as_str(&self) -> &str {
                $crate::shape::symbol_text(self)
            }
        }
        #[allow(deprecated)]
        impl ::core::fmt::Display for $type {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.pad(self.as_str())
            }
        }
        $crate::__any_enum!($type $($variant)*);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __int_enum {
    ($type:ident $name:literal [$docs:expr] ($other:expr) $([$variant_docs:expr] $variant:ident ($named:expr) = $wire:literal,)*) => {
        // SAFETY: the symbols are the variants of the enum, from the same tokens; it is `repr(C, u16)` or `repr(u16)`.
        unsafe impl $crate::shape::Shaped for $type {
            const LINK: $crate::shape::Link = {
                static SHAPE: $crate::shape::Shape = unsafe {
                    $crate::shape::Shape::int_enum::<$type>($name, $docs, &$crate::shape::SymbolTable {
                        symbols: &[$($crate::shape::Symbol { ident: stringify!($variant), named: $named, wire: $wire, docs: $variant_docs },)*],
                        other: $other,
                    })
                };
                $crate::shape::Link::to(&SHAPE)
            };
        }
        #[allow(deprecated)]
        impl $type {
            /// What stands on the wire.
            pub fn as_i64(&self) -> i64 {
                $crate::shape::symbol_int(self)
            }
        }
        #[allow(deprecated)]
        impl ::core::fmt::Display for $type {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.as_i64(), formatter)
            }
        }
        $crate::__any_enum!($type $($variant)*);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __any_enum {
    ($type:ident $($variant:ident)*) => {
        #[allow(deprecated)]
        impl $type {
            /// The values that the spec names.
            pub fn known() -> &'static [Self] {
                const { &[$(Self::$variant),*] }
            }

            /// Does the spec name it?
            pub fn is_known(&self) -> bool {
                $crate::shape::symbol_is_known(self)
            }
        }
        #[allow(deprecated)]
        impl ::core::cmp::Eq for $type {}
        #[allow(deprecated)]
        impl ::core::hash::Hash for $type {
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
            $($(#[doc = $variant_docs:literal])* $(#[deprecated $($gone:tt)*])? $variant:ident($payload:ty) = $tag:literal),* $(,)?
        }
    ) => {
        $crate::__union! {
            [$(#[doc = $docs])* $(#[deprecated $($deprecated)*])?] [$($docs)*] $vis $type $name (true) ($crate::shape::UnionStyle::Tagged($by))
            $([$($variant_docs)*] [$(#[deprecated $($gone)*])?] $variant($payload) = $tag,)*
            [" What has another tag, as it came."] [] Other($crate::__codegen_v1::Json) = "",
        }
    };
    (
        $(#[doc = $docs:literal])* $(#[deprecated $($deprecated:tt)*])?
        $vis:vis enum $type:ident $name:literal by $by:literal closed {
            $($(#[doc = $variant_docs:literal])* $(#[deprecated $($gone:tt)*])? $variant:ident($payload:ty) = $tag:literal),+ $(,)?
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
            $($(#[doc = $variant_docs:literal])* $(#[deprecated $($gone:tt)*])? $variant:ident($payload:ty)),+ $(,)?
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
            $($(#[doc = $variant_docs:literal])* $(#[deprecated $($gone:tt)*])? $variant:ident($payload:ty)),+ $(,)?
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
        #[allow(deprecated)]
        // SAFETY: the variants are those of the enum, from the same tokens; it is `repr(C, u16)`, so every payload starts at its alignment.
        unsafe impl $crate::shape::Shaped for $type {
            const LINK: $crate::shape::Link = {
                static SHAPE: $crate::shape::Shape = unsafe {
                    $crate::shape::Shape::union::<$type>($name, concat!($($docs, "\n",)*), &$crate::shape::UnionTable {
                        style: $style,
                        variants: &[$($crate::shape::Variant {
                            name: stringify!($variant),
                            tag: $tag,
                            docs: concat!($($variant_docs, "\n",)*),
                            shape: <$payload as $crate::shape::Shaped>::LINK,
                        },)*],
                        open: $open,
                        payload: ::core::mem::align_of::<$type>(),
                    })
                };
                $crate::shape::Link::to(&SHAPE)
            };
        }
        $crate::__shaped_traits!($type);
    };
}
