package segment

// Progress knows through which number everything that a writer wrote is stored,
// on whatever segments. It keeps the blocks that are not stored in the order of
// their first numbers, so the oldest one has the answer. Pure; the caller
// guards it.
type Progress struct {
	front, back *Block
}

// Through is the number up to which everything is stored, if last is the
// newest number that was given out.
func (p *Progress) Through(last int64) int64 {
	if p.front == nil {
		return last
	}
	return p.front.first - 1
}

// add takes in a block. New blocks belong at the back; only a block that was
// trimmed or made of another's events is older than what is there.
func (p *Progress) add(b *Block) {
	before := p.back
	for before != nil && before.first > b.first {
		before = before.prev
	}
	b.prev = before
	if before == nil {
		b.next, p.front = p.front, b
	} else {
		b.next, before.next = before.next, b
	}
	if b.next == nil {
		p.back = b
	} else {
		b.next.prev = b
	}
}

func (p *Progress) remove(b *Block) {
	if b.prev == nil {
		p.front = b.next
	} else {
		b.prev.next = b.next
	}
	if b.next == nil {
		p.back = b.prev
	} else {
		b.next.prev = b.prev
	}
	b.next, b.prev = nil, nil
}
