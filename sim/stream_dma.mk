TOP := stream_dma
SOURCES := hdl/stream_dma.v
PLUGIN := stream_dma_tb
