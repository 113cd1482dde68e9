//! Finding a field by name without minding the order: a hash table per structure, made when it is first needed and kept for good.
//! It is not in the tables, so that it costs generated code nothing.

use std::sync::OnceLock;

use super::Names;
use crate::shape::{Field, Shape};

/// Up to so many fields are searched one after the other.
const FEW: usize = 6;

/// The index of the field with this name.
#[inline]
pub(super) fn find(shape: &'static Shape, names: Names, key: &str) -> Option<usize> {
    let fields = shape.fields();
    if fields.len() <= FEW {
        return fields.iter().position(|field| !field.attrs.rest && name(field, names) == key);
    }
    index_of(shape, names).find(fields, key)
}

fn name(field: &Field, names: Names) -> &'static str {
    match names {
        Names::Wire => field.wire,
        Names::Spec => field.name(),
    }
}

/// Names are short: calling the library's comparison costs more than comparing them.
#[inline]
pub(super) fn same(one: &str, two: &str) -> bool {
    let (one, two) = (one.as_bytes(), two.as_bytes());
    if one.len() != two.len() || one.len() < 4 || one.len() > 16 {
        return one == two;
    }
    match (one.first_chunk::<8>(), one.last_chunk::<8>()) {
        (Some(head), Some(tail)) => Some(head) == two.first_chunk() && Some(tail) == two.last_chunk(),
        _ => one.first_chunk::<4>() == two.first_chunk() && one.last_chunk::<4>() == two.last_chunk(),
    }
}

/// A hash table with open addressing, at most half full.
struct Index {
    names: Names,
    /// One more than the index of a field; zero is free.
    slots: Box<[u16]>,
}

impl Index {
    fn new(fields: &'static [Field], names: Names) -> Self {
        let mut index = Self { names, slots: vec![0; (fields.len() * 2).next_power_of_two()].into() };
        for (position, field) in fields.iter().enumerate().filter(|(_, field)| !field.attrs.rest) {
            let mut slot = hash(name(field, names)) & (index.slots.len() - 1);
            while index.slots[slot] != 0 {
                slot = (slot + 1) & (index.slots.len() - 1);
            }
            index.slots[slot] = u16::try_from(position + 1).expect("a structure has fewer than 65,535 fields");
        }
        index
    }

    #[inline]
    fn find(&self, fields: &'static [Field], key: &str) -> Option<usize> {
        let mut slot = hash(key) & (self.slots.len() - 1);
        loop {
            let position = usize::from(self.slots[slot]).checked_sub(1)?;
            if same(name(&fields[position], self.names), key) {
                return Some(position);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }
}

/// The first and last eight bytes and the length say enough to tell the names of one structure apart.
#[inline]
fn hash(key: &str) -> usize {
    let bytes = key.as_bytes();
    let (head, tail) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (Some(head), Some(tail)) => (u32::from_le_bytes(*head).into(), u32::from_le_bytes(*tail).into()),
            _ => bytes.iter().fold((0, 0), |(head, tail), byte| (head << 8 | u64::from(*byte), tail)),
        },
    };
    let mixed = (head ^ tail.rotate_left(29) ^ (bytes.len() as u64) << 56).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 40) as usize
}

/// The index of a structure. Structures are told apart by the address of their shape.
fn index_of(shape: &'static Shape, names: Names) -> &'static Index {
    static TABLE: [OnceLock<Node>; 4096] = [const { OnceLock::new() }; 4096];
    let address = std::ptr::from_ref(shape).addr();
    let bucket = (address / align_of::<Shape>()).wrapping_mul(0x9e37_79b9) + names as usize;
    let mut place: &'static OnceLock<Node> = &TABLE[(bucket ^ bucket >> 12) % TABLE.len()];
    loop {
        let node = place.get_or_init(|| Node { address, names, index: Index::new(shape.fields(), names), next: Box::default() });
        if node.address == address && node.names == names {
            return &node.index;
        }
        place = &node.next;
    }
}

struct Node {
    address: usize,
    names: Names,
    index: Index,
    next: Box<OnceLock<Node>>,
}
