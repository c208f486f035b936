package wire

import "testing"

func TestUUIDForms(t *testing.T) {
	u := UUIDOf(0x7df9a874246cc9d6, -0x6c68322e6152973b)
	if got, want := u.String(), "7df9a874-246c-c9d6-9397-cdd19ead68c5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if u.Msb() != 0x7df9a874246cc9d6 || u.Lsb() != -0x6c68322e6152973b {
		t.Errorf("halves %x and %x", u.Msb(), u.Lsb())
	}
}

func TestRandomUUIDsAreVersion4AndDiffer(t *testing.T) {
	seen := map[UUID]bool{}
	for range 1000 {
		u := NewUUID()
		if u[6]>>4 != 4 || u[8]>>6 != 2 {
			t.Fatalf("%v is not a random UUID", u)
		}
		if seen[u] {
			t.Fatalf("%v came twice", u)
		}
		seen[u] = true
	}
}
