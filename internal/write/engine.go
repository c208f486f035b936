package write

// EngineOf is the engine of a client.Writer. Package client sets it, so that the bindings
// reach what is not public: the inbox, packed arrays, and the callback for room.
var EngineOf func(public any) *Writer
