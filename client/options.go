package client

import (
	"sort"
	"strconv"
	"strings"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Settings holds every option of the client: what C, Python and Java set by
// name, and where the Go defaults come from.
type Settings struct {
	Client Config
	Writer WriterConfig
	Reader ReaderConfig
	Group  ReaderGroupConfig
	Stream StreamConfig
	Txn    TransactionalWriterConfig
}

// Option describes one setting that can be given by name.
type Option struct {
	Name    string // for example writer.window.bytes
	Object  string // the kind of object that it belongs to, for example ObjectWriter
	Default string
	Range   string // the values that are accepted
	Doc     string
	set     func(*Settings, string) error
	get     func(*Settings) string
	check   func(*Settings) error
}

// The kinds of objects that have options.
const (
	ObjectClient              = "client"
	ObjectWriter              = "writer"
	ObjectTransactionalWriter = "transactional writer"
	ObjectReader              = "reader"
	ObjectReaderGroup         = "reader group"
	ObjectStream              = "stream"
)

// Options lists every option, by name.
func Options() []Option {
	all := make([]Option, len(optionTable))
	copy(all, optionTable)
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// NewSettings returns the default of every option.
func NewSettings() *Settings {
	s := &Settings{}
	for _, o := range optionTable {
		if err := o.set(s, o.Default); err != nil {
			panic("client: default of " + o.Name + ": " + err.Error()) // a mistake in the table
		}
	}
	return s
}

// Set gives an option its value. Errors: UnknownOption, InvalidArgument; both name
// the option.
func (s *Settings) Set(name, value string) error {
	o, err := option(name)
	if err != nil {
		return err
	}
	return o.set(s, value)
}

// Get returns the value of an option as text that Set accepts.
func (s *Settings) Get(name string) (string, error) {
	o, err := option(name)
	if err != nil {
		return "", err
	}
	return o.get(s), nil
}

// check reports the first option of a kind of object whose value Set would refuse.
func (s Settings) check(object string) error {
	for _, o := range optionTable {
		if o.Object != object {
			continue
		}
		if err := o.check(&s); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) check() error { return Settings{Client: c}.check(ObjectClient) }

func (c WriterConfig) check() error { return Settings{Writer: c}.check(ObjectWriter) }

func (c TransactionalWriterConfig) check() error {
	return Settings{Txn: c}.check(ObjectTransactionalWriter)
}

func (c ReaderConfig) check() error { return Settings{Reader: c}.check(ObjectReader) }

func (c ReaderGroupConfig) check() error { return Settings{Group: c}.check(ObjectReaderGroup) }

func (c StreamConfig) check() error { return Settings{Stream: c}.check(ObjectStream) }

func option(name string) (*Option, error) {
	for i := range optionTable {
		if optionTable[i].Name == name {
			return &optionTable[i], nil
		}
	}
	names := make([]string, len(optionTable))
	for i := range optionTable {
		names[i] = optionTable[i].Name
	}
	meant := near(name, names)
	if len(meant) == 0 {
		return nil, fault.New(fault.UnknownOption, "set option", strconv.Quote(name), "there is none like it")
	}
	return nil, fault.New(fault.UnknownOption, "set option", strconv.Quote(name), "near ones are %s", strings.Join(meant, ", "))
}
