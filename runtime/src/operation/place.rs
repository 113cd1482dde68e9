//! Where each input goes in a request, and how what is not plain is written there.

/// Where an input field goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into the path, where [`Segment::Field`](super::Segment::Field) names it.
    Path(Style),
    /// Into the query, under the field's wire name.
    Query(Style),
    /// A header, under the field's wire name.
    Header(Style),
    /// A cookie.
    Cookie(Style),
    /// A member of the body.
    Body,
    /// The whole body.
    WholeBody,
}

/// How lists and objects are written where there is no JSON. The OpenAPI styles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `a=1&a=2`, objects as `k=v` pairs.
    FormExplode,
    /// `a=1,2`, objects as `a=k,v`.
    Form,
    /// `a=1%202`
    Space,
    /// `a=1|2`
    Pipe,
    /// `a[k]=v`
    Deep,
    /// `a[]=1&a[]=2`
    Brackets,
    /// `1,2`; objects `k,v`
    Simple,
    /// `1,2`; objects `k=v`
    SimpleExplode,
    /// `.1,2`
    Label,
    /// `.1.2`
    LabelExplode,
    /// `;a=1,2`
    Matrix,
    /// `;a=1;a=2`
    MatrixExplode,
    /// `a={"k":1}`
    Json,
}
