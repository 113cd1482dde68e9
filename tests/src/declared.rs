//! APIs declared by hand, for tests of what a spec cannot be asked for: connections and their API, as the generator would write them.

/// Declares `Api` and its connections. The fields of a connection are a `structure!` of the test's own; what stands behind it are members of
/// its table.
#[macro_export]
macro_rules! declared_api {
    ($connector:literal at $server:literal { $($name:literal: $connection:ident { $($member:ident: $value:expr),+ $(,)? })+ }) => {
        /// The API that this test calls.
        #[derive(Debug)]
        pub enum Api {}

        impl ::linchpin_runtime::__codegen_v1::Api for Api {
            const TABLE: &'static ::linchpin_runtime::__codegen_v1::ApiTable = &::linchpin_runtime::__codegen_v1::ApiTable {
                connector: $connector,
                servers: &[$server],
                connections: &[$(<$connection as ::linchpin_runtime::__codegen_v1::Connection>::TABLE),+],
                ..::linchpin_runtime::__codegen_v1::ApiTable::EMPTY
            };
        }

        $(
            impl ::linchpin_runtime::__codegen_v1::Connection for $connection {
                const TABLE: &'static ::linchpin_runtime::__codegen_v1::ConnectionTable =
                    &::linchpin_runtime::__codegen_v1::ConnectionTable {
                        name: $name,
                        fields: <$connection as ::linchpin_runtime::__codegen_v1::Shaped>::LINK,
                        $($member: $value,)+
                        ..::linchpin_runtime::__codegen_v1::ConnectionTable::EMPTY
                    };
            }

            impl ::linchpin_runtime::__codegen_v1::ConnectsTo<Api> for $connection {}
        )+
    };
}
