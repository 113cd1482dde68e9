//! The operations of an API: tables as they are, or the shapes of inputs, of whose text tables are made when they are asked for.

use super::{OperationTable, text};
use crate::shape::{Kind, Link};

/// The operations of an API version, in the order of the spec.
#[derive(Clone, Copy, Debug)]
pub enum Operations {
    /// Put together otherwise than by the compiler.
    Tables(&'static [&'static OperationTable]),
    /// Declared by the shapes of their inputs.
    Declared(&'static [Link]),
}

impl Operations {
    /// There are none.
    pub const NONE: Self = Self::Tables(&[]);

    /// How many there are.
    pub const fn len(self) -> usize {
        match self {
            Self::Tables(tables) => tables.len(),
            Self::Declared(inputs) => inputs.len(),
        }
    }

    /// Are there none?
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Their tables, in order.
    pub fn iter(self) -> impl Iterator<Item = &'static OperationTable> {
        (0..self.len()).filter_map(move |index| self.at(index))
    }

    fn at(self, index: usize) -> Option<&'static OperationTable> {
        match self {
            Self::Tables(tables) => tables.get(index).copied(),
            Self::Declared(inputs) => declared(*inputs.get(index)?),
        }
    }
}

/// The table of the operation that has this input; none where the shape is of anything else.
#[inline]
pub(crate) fn declared(input: Link) -> Option<&'static OperationTable> {
    match &input.get().kind {
        Kind::Structure(structure) => {
            let said = structure.operation();
            said.table(|| text::read(said.text, said.shapes, input))
        }
        _ => None,
    }
}
